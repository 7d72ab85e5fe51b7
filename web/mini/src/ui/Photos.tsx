import { useState } from 'react'
import type { Schemas } from '../lib/app'
import { Box, Img, Tap, Text } from './base'
import { Compare } from './Compare'

type Picture = Schemas['Picture']

const PART: Record<string, string> = { before: '上报', after: '处置后', contest: '质疑', verify: '核实', recheck: '回头看' }

/** The pictures of a ticket: before against after where both exist, then all of them. */
export function Photos({ photos }: { photos: Picture[] }) {
  const [open, setOpen] = useState<Picture | null>(null)
  const shown = photos.filter((p) => p.state === 'ready')
  const before = shown.find((p) => p.part === 'before')
  const fixes = shown.filter((p) => p.part === 'after')
  const after = fixes.filter((p) => p.round === Math.max(...fixes.map((f) => f.round)))[0]
  if (!shown.length) return <Box className="hero hero-none"><Text className="note">{photos.some((p) => p.state === 'pending') ? '照片处理中' : '没有照片'}</Text></Box>
  return (
    <>
      {before && after ? <Compare before={before.urls.display} after={after.urls.display} /> : <Img className="hero" src={(after ?? before ?? shown[0]!).urls.display} alt="问题照片" eager />}
      {shown.length > 1 && (
        <Box className="strip strip-s">
          {shown.map((p, i) => (
            <Tap key={p.id} className="kept" label={`放大第 ${i + 1} 张：${PART[p.part] ?? '照片'}`} onTap={() => setOpen(p)}>
              <Img className="kept-img" src={p.urls.thumb} alt="" />
              <Text className="kept-state">{PART[p.part] ?? '照片'}</Text>
            </Tap>
          ))}
        </Box>
      )}
      {open && (
        <Tap className="full" label="关闭大图" onTap={() => setOpen(null)}>
          <Img className="full-img" src={open.urls.display} alt={PART[open.part] ?? '照片'} eager />
        </Tap>
      )}
    </>
  )
}
