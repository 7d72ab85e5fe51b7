import { useEffect, useState } from 'react'
import { query } from '../../../shared/mini-api'
import { distanceText } from '../../../shared/mini-geo'
import type { Job } from '../../../shared/mini-queue'
import { get, post, say, Schemas } from '../lib/app'
import { placeOf } from '../lib/snap'
import { Box, Img, Tap, Text } from './base'
import { go } from './parts'

type Near = Schemas['Nearby']['items'][number]

/** How near another ticket must be to be asked about, metres. */
const ASK_WITHIN = 100

/** "Already reported here: is it this one?" with pictures large enough to say so. */
export function NearbySame({ job, onJoined }: { job: Job; onJoined: () => void }) {
  const [near, setNear] = useState<Near[]>([])
  const place = placeOf(job)
  const category = job.body.category as string | undefined
  useEffect(() => {
    if (!place) return
    const { longitude, latitude, coord_type, accuracy } = place
    const later = setTimeout(() => {
      get<Schemas['Nearby']>('/v1/reports/nearby' + query({ longitude, latitude, coord_type, accuracy, category })).then(
        (n) => setNear(n.items.filter((i) => i.distance_m <= ASK_WITHIN).slice(0, 4)),
        () => undefined,
      )
    }, 300)
    return () => clearTimeout(later)
  }, [place?.longitude, place?.latitude, category])
  if (!near.length) return null
  const join = (one: Near) => {
    post(`/v1/tickets/${one.ticket_id}/follow`, {}).then(
      () => {
        say('已 +1，进展会通知您')
        onJoined()
        go(`/pages/ticket/index?id=${one.ticket_id}`)
      },
      (e) => say(e),
    )
  }
  return (
    <Box as="section" label="这里已有人报过">
      <Text as="h2" className="section-title">这里已有人报过，是这一件吗？</Text>
      <Box className="strip strip-near">
        {near.map((one) => (
          <Box key={one.ticket_id} className={`near ${near.length === 1 ? 'near-one' : ''}`}>
            {one.cover ? <Img className="near-img" src={one.cover.medium} alt={`${one.category?.name ?? '案件'}的照片`} /> : <Box className="near-img near-none"><Text className="note">照片处理中</Text></Box>}
            <Box className="near-body">
              <Text className="title line1">{one.category?.name ?? '类别待定'}</Text>
              <Text className="note line1">相距 {distanceText(one.distance_m)} · {one.stage_label}{one.followers + one.reports > 1 ? ` · ${one.followers + one.reports} 人` : ''}</Text>
              {one.following
                ? <Text className="note">您已报过或关注</Text>
                : <Tap className="btn btn-soft btn-wide" label={`是这件，加一：${one.category?.name ?? '案件'}`} onTap={() => join(one)}>是这件 +1</Tap>}
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  )
}
