import { useEffect, useState } from 'react'
import { query } from '../../../shared/mini-api'
import { distanceText, metres, toGcj02 } from '../../../shared/mini-geo'
import { get, Schemas, useApp } from '../lib/app'
import { coordType, request } from '../lib/platform'
import { findPlace, here } from '../lib/snap'
import { Box, Tap, Text } from '../ui/base'
import { agreed } from '../ui/Consent'
import { DistrictMap } from '../ui/DistrictMap'
import { Icon } from '../ui/Icon'
import type { Mark } from '../ui/mapprops'
import { Empty, go, Loaded, useData } from '../ui/parts'
import { CaseRow } from './Mine'

interface Seen extends Mark {
  stage: string
  address: string
  at: string
  closed: boolean
}

/** Ends that are no solution: what was merged is told by the other ticket, the rest is nobody's to follow. */
const NO_MATTER = /并案|不予受理|撤回/

/** Every public ticket as Open311 tells it: the only list of the door that is open to all. */
async function seen(): Promise<Seen[]> {
  const answer = await request('GET', '/open311/v2/requests.json', undefined, {})
  const rows = (answer.body ?? []) as unknown as Schemas['Open311Request'][]
  return rows.filter((r) => r.lat !== null && r.long !== null && !NO_MATTER.test(r.status_notes)).map((r) => ({
    id: r.service_request_id,
    ...(coordType === 'gcj02' ? toGcj02(r.long!, r.lat!) : { longitude: r.long!, latitude: r.lat! }),
    coord_type: coordType,
    label: r.service_name ?? '类别待定',
    stage: r.status_notes ?? '',
    address: r.address ?? '',
    at: r.requested_datetime,
    closed: r.status === 'closed',
    tone: r.status === 'closed' ? 'ok' : 'go',
  }))
}

/** What is being dealt with around here: map and list, and the ways to exposure, echo and weather. */
export default function Around() {
  useApp()
  const [chosen, setChosen] = useState<string | null>(null)
  useEffect(() => void (agreed() && findPlace()), [])
  const all = useData(seen, [])
  const at = here.fix
  const near = useData(
    async () => (at ? (await get<Schemas['Nearby']>('/v1/reports/nearby' + query({ longitude: at.longitude, latitude: at.latitude, coord_type: at.coord_type }))).items : []),
    [at?.longitude, at?.latitude],
  )
  const picked = all.data?.find((s) => s.id === chosen)
  const covers = new Map(near.data?.map((n) => [n.ticket_id, n.cover?.thumb]))
  const away = (s: Seen) => (at ? metres(at, s) : Infinity)
  return (
    <>
      <Box className="ways">
        <Tap className="way" onTap={() => go('/pages/exposures/index')}>曝光与回音<Icon name="next" className="icon-s soft" /></Tap>
        <Tap className="way" onTap={() => go('/pages/weather/index')}>文明天气图<Icon name="next" className="icon-s soft" /></Tap>
      </Box>
      <Box className="place"><DistrictMap className="map-mid" label="周边案件地图" scale={5} here={at} marks={all.data ?? []} chosen={chosen} onMark={setChosen} /></Box>
      <Box className="row legend">
        <Text className="note"><Text className="dot dot-go" />办理中</Text>
        <Text className="note"><Text className="dot dot-ok" />已解决</Text>
      </Box>
      {picked && <CaseRow cover={covers.get(picked.id)} name={picked.label} line={picked.address} at={picked.at} stage={picked.closed ? 'closed' : 'handling'} label={picked.stage} late={false} onTap={() => go(`/pages/ticket/index?id=${picked.id}`)} />}
      <Text as="h2" className="section-title">{at ? '离您最近的' : '最近的案件'}</Text>
      <Loaded of={all}>
        {(list) => list.length === 0 ? <Empty text="这一带还没有公开的案件。" /> : [...list].sort((a, b) => away(a) - away(b)).slice(0, 30).map((s) => (
          <CaseRow key={s.id} cover={covers.get(s.id)} name={s.label} line={s.address} at={s.at} stage={s.closed ? 'closed' : 'handling'} label={s.stage} late={false} onTap={() => go(`/pages/ticket/index?id=${s.id}`)} side={at && <Text className="note">{distanceText(away(s))}</Text>} />
        ))}
      </Loaded>
    </>
  )
}
