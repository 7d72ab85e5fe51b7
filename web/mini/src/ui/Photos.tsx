import { useState } from 'react'
import type { Schemas } from '../lib/app'
import { Box, Img, Tap, Text } from './base'
import { Compare } from './Compare'
import { Marked } from './Marked'

type Picture = Schemas['Picture']

const PART: Record<string, string> = { before: '上报', after: '处置后', contest: '质疑', verify: '核实', recheck: '回头看' }

/** The photo that shows the problem: the one on which it is marked, else the first. */
export function beforeOf(photos: Picture[]): Picture | undefined {
  const befores = photos.filter((p) => p.part === 'before' && p.state === 'ready')
  return befores.find((p) => p.region) ?? befores[0]
}

/** The pictures of a ticket: before against after where both exist, then all of them; what the reporter marked is drawn on them. */
export function Photos({ photos }: { photos: Picture[] }) {
  const [open, setOpen] = useState<Picture | null>(null)
  const shown = photos.filter((p) => p.state === 'ready')
  const before = beforeOf(photos)
  const fixes = shown.filter((p) => p.part === 'after')
  const after = fixes.filter((p) => p.round === Math.max(...fixes.map((f) => f.round)))[0]
  const rounds = new Set(fixes.map((f) => f.round)).size
  const nameOf = (p: Picture) => `${PART[p.part] ?? '照片'}${p.part === 'after' && rounds > 1 ? ` ${p.round}` : ''}`
  const only = after ?? before ?? shown[0]
  if (!only) return <Box className="hero hero-none"><Text className="note">{photos.some((p) => p.state === 'pending') ? '照片处理中' : '没有照片'}</Text></Box>
  return (
    <>
      {before && after ? (
        <Compare before={before.urls.display} region={before.region} after={after.urls.display} />
      ) : (
        <Box className="hero"><Marked className="hero-img" src={only.urls.display} alt="问题照片" eager region={only.region} /><Tap className="hero-tap" label="放大照片" onTap={() => setOpen(only)}>{null}</Tap></Box>
      )}
      {shown.length > 1 && (
        <Box className="strip strip-s">
          {shown.map((p, i) => (
            <Tap key={p.id} className="kept" label={`放大第 ${i + 1} 张：${nameOf(p)}`} onTap={() => setOpen(p)}>
              <Img className="kept-img" src={p.urls.thumb} alt="" />
              <Text className="kept-state">{nameOf(p)}</Text>
            </Tap>
          ))}
        </Box>
      )}
      {open && (
        <Tap className="full" label="关闭大图" onTap={() => setOpen(null)}>
          <Marked className="full-img" src={open.urls.display} alt={nameOf(open)} eager whole region={open.region} />
        </Tap>
      )}
    </>
  )
}
