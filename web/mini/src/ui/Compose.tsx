import { useEffect, useState } from 'react'
import { query } from '../../../shared/mini-api'
import { Fix, inDatum } from '../../../shared/mini-geo'
import type { Job, Shot } from '../../../shared/mini-queue'
import { app, get, queue, Schemas, session } from '../lib/app'
import { coordType, photoUrl } from '../lib/platform'
import { draft, dropShot, edit, findPlace, here, keepShot, placeOf, setPlace, snap, submit } from '../lib/snap'
import { Box, Field, Tap, Text } from './base'
import { Category } from './Category'
import { DistrictMap } from './DistrictMap'
import { Icon } from './Icon'
import { Kept } from './Kept'
import { Mark } from './Mark'
import { NearbySame } from './NearbySame'
import { Sheet } from './parts'
import { Viewfinder } from './Viewfinder'

/** A report around its pictures. All but the pictures is optional; the way to send is always in sight. */
export function Compose({ job, onSent }: { job: Job; onSent: (id: string) => void }) {
  const [placing, setPlacing] = useState(false)
  const [sure, setSure] = useState(false)
  const [marking, setMarking] = useState<Shot | null>(null)
  const [looking, setLooking] = useState<string | null>(null)
  const most = app.config?.limits.photos ?? 9
  const before = job.shots.filter((s) => s.field === 'photo_ids')
  const after = job.shots.filter((s) => s.field === 'fixed_photo_ids')
  const place = placeOf(job)
  const canFix = session.account?.role === 'grid_worker' || session.account?.role === 'crew'
  const send = async () => {
    const sent = await submit()
    if (sent) onSent(sent.id)
  }
  return (
    <Box className="compose">
      <Text as="h1" className="section-title first">照片 {before.length}/{most}</Text>
      <Box className="strip">
        {before.map((s, i) => <Kept key={s.key} shot={s} nth={i + 1} onDrop={() => void dropShot(job, s)} onMark={() => setMarking(s)} />)}
        {before.length < most && (
          <>
            <Tap className="strip-add" onTap={() => void snap(true)}><Icon name="camera" /><Text>再拍一张</Text></Tap>
            <Tap className="strip-add" onTap={() => void snap(false)}><Icon name="album" /><Text>从相册选</Text></Tap>
          </>
        )}
      </Box>
      {before.length === 1 && <Text as="p" className="note">{app.config?.photo.advice.split(';')[0] ?? '请拍一张近景、一张能看出位置的远景'}</Text>}

      <PlaceCard job={job} onOpen={() => setPlacing(true)} />
      <NearbySame job={job} onJoined={() => void queue.remove(job)} />
      <Category job={job} />
      <Text as="h2" className="section-title">补充一句（可不写）</Text>
      <Field className="field" label="补充说明" lines={2} maxLength={app.config?.limits.words ?? 500} placeholder="例如：垃圾堆了三天，挡住了半条路" value={(job.body.words as string) ?? ''} onValue={(words) => void edit({ words: words || undefined })} />

      {canFix && before.length > 0 && (
        <>
          <Text as="h2" className="section-title">当场已处理？拍一张处理后的</Text>
          <Box className="strip">
            {after.map((s, i) => <Kept key={s.key} shot={s} nth={i + 1} onDrop={() => void dropShot(job, s)} />)}
            {after.length < most && <Tap className="strip-add" onTap={() => void photoUrl(before[0]!.key).then(setLooking)}><Icon name="camera" /><Text>拍处理后</Text></Tap>}
          </Box>
        </>
      )}

      <Tap className={`link ${sure ? 'bad' : ''}`} onTap={() => (sure ? void queue.remove(job) : setSure(true))}>{sure ? '确定放弃这次上报' : '不报了'}</Tap>
      <Box className="send">
        <Tap className="btn btn-main btn-wide" disabled={!before.length} onTap={() => void send()}><Icon name="up" />{after.length ? '上报并已处置' : '提交'}</Tap>
      </Box>

      {marking && <Mark shot={marking} onClose={() => setMarking(null)} onMark={(region) => { marking.region = region; void queue.put(job) }} />}
      {looking && (
        <Viewfinder
          ghost={looking}
          region={before[0]?.region}
          limit={app.config?.limits.photo_bytes ?? 20 * 1024 * 1024}
          onClose={() => setLooking(null)}
          onShot={(picked) => { setLooking(null); void keepShot(job, 'fixed_photo_ids', picked, true) }}
        />
      )}
      {placing && (
        <Sheet title="问题在哪里" onClose={() => setPlacing(false)}>
          <Text as="p" className="note">拖动图钉到问题所在处；也可用方向键微调。</Text>
          <DistrictMap className="map-tall" label="标出问题的位置" pin={place ?? startPin()} here={here.fix} onPin={(fix) => void setPlace(fix)} />
          <Box className="row">
            <Tap className="btn grow" onTap={() => void findPlace(true)}><Icon name="locate" />用当前位置</Tap>
            <Tap className="btn btn-main grow" onTap={() => { if (!placeOf(draft() ?? job)) { const at = startPin(); if (at) void setPlace(at) } setPlacing(false) }}>就是这里</Tap>
          </Box>
          {here.why && <Text as="p" className="bad">{here.why}</Text>}
        </Sheet>
      )}
    </Box>
  )
}

/** Where the pin starts when nobody knows the place: the middle of the district, in the datum the map is drawn in. */
function startPin(): Fix | null {
  const c = app.config?.map
  return here.fix ?? (c ? inDatum({ ...c.center, coord_type: c.coord_type, source: 'pin' as const } as Fix, coordType) : null)
}

function PlaceCard({ job, onOpen }: { job: Job; onOpen: () => void }) {
  const place = placeOf(job)
  const [grid, setGrid] = useState<{ at: number; sentence: string; inside: boolean } | null>(null)
  const key = place ? place.longitude + place.latitude : 0
  useEffect(() => {
    if (!place) return
    const { longitude, latitude, coord_type, accuracy } = place
    get<Schemas['Placement']>('/v1/grids/locate' + query({ longitude, latitude, coord_type, accuracy })).then(
      (p) => setGrid({ at: key, inside: p.inside, sentence: p.inside ? (p.layers.community?.grid?.name ?? p.layers.area?.grid?.name ?? p.sentence) : p.sentence }),
      () => undefined,
    )
  }, [key])
  const how = place
    ? { device: `手机定位，误差约 ${Math.round(place.accuracy ?? 0)} 米`, pin: '您在地图上标的位置', exif: '照片里记录的位置' }[place.source]
    : here.busy ? '正在定位…' : (here.why ?? '还没有位置')
  const known = grid?.at === key ? grid : null
  return (
    <Box as="section" className="place" label="位置">
      {place && <DistrictMap still label="问题位置的小地图" pin={place} />}
      <Box className="row between place-line">
        <Box className="grow">
          <Text as="p" className={known && !known.inside ? 'bad' : ''}>{known ? known.sentence : how}</Text>
          {known && <Text as="p" className="note">{how}</Text>}
        </Box>
        <Tap className="link" onTap={onOpen}>{place ? '改位置' : '在地图上标'}</Tap>
      </Box>
    </Box>
  )
}
