import { useEffect, useState } from 'react'
import { query } from '../../../shared/mini-api'
import type { Job } from '../../../shared/mini-queue'
import { app, get, Schemas } from '../lib/app'
import { edit } from '../lib/snap'
import { Box, Field, Tap, Text } from './base'
import { Sheet } from './parts'

/** What people report most; offered before anything is known. Names are looked up in the catalogue in force. */
const COMMON = ['暴露垃圾', '乱堆物料杂物', '机动车乱停放', '道路破损', '井盖破损', '占道经营']

type Named = { code: string; name: string }

function all(): (Named & { workline: string })[] {
  return (app.catalogue?.worklines ?? []).flatMap((w) => w.categories.map((c) => ({ code: c.code, name: c.name, workline: w.name })))
}

/** The guess to confirm: from the words when there are some, else the common ones. Not choosing is fine. */
export function Category({ job }: { job: Job }) {
  const words = ((job.body.words as string) ?? '').trim()
  const [guess, setGuess] = useState<Named[]>([])
  const [open, setOpen] = useState(false)
  const chosen = job.body.category as string | undefined
  useEffect(() => {
    if (words.length < 2) return setGuess([])
    const later = setTimeout(() => {
      get<Schemas['Suggestions']>('/v1/categories/suggest' + query({ words })).then(
        (s) => setGuess(s.items.filter((i) => i.confidence > 0.05)),
        () => undefined,
      )
    }, 350)
    return () => clearTimeout(later)
  }, [words])
  const books = all()
  const common = COMMON.flatMap((n) => books.find((c) => c.name === n) ?? [])
  const offered = [...guess, ...common].filter((c, i, list) => list.findIndex((d) => d.code === c.code) === i).slice(0, 5)
  const mine = books.find((c) => c.code === chosen)
  if (mine && !offered.some((c) => c.code === mine.code)) offered.unshift(mine)
  const choose = (code: string) => void edit({ category: code === chosen ? undefined : code })
  return (
    <>
      <Text as="h2" className="section-title">{guess.length ? '可能是这一类，点一下确认' : '是哪一类（可不选，系统会判断）'}</Text>
      <Box className="wrap">
        {offered.map((c) => (
          <Tap key={c.code} className={`chip ${c.code === chosen ? 'chip-on' : ''}`} pressed={c.code === chosen} onTap={() => choose(c.code)}>{c.name}</Tap>
        ))}
        {books.length > 0 && <Tap className="chip" onTap={() => setOpen(true)}>全部类别…</Tap>}
      </Box>
      {open && <AllCategories chosen={chosen} onClose={() => setOpen(false)} onChoose={(code) => { choose(code); setOpen(false) }} />}
    </>
  )
}

function AllCategories({ chosen, onChoose, onClose }: { chosen?: string; onChoose: (code: string) => void; onClose: () => void }) {
  const [find, setFind] = useState('')
  const hits = all().filter((c) => !find || c.name.includes(find) || c.workline.includes(find))
  return (
    <Sheet title="选择类别" onClose={onClose}>
      <Field className="field" label="搜索类别" placeholder="搜索，例如：井盖" value={find} onValue={setFind} />
      {(app.catalogue?.worklines ?? []).map((w) => {
        const list = hits.filter((c) => c.workline === w.name)
        return list.length > 0 && (
          <Box key={w.code} as="section">
            <Text as="h3" className="section-title">{w.name}</Text>
            <Box className="wrap">{list.map((c) => <Tap key={c.code} className={`chip ${c.code === chosen ? 'chip-on' : ''}`} onTap={() => onChoose(c.code)}>{c.name}</Tap>)}</Box>
          </Box>
        )
      })}
      {!hits.length && <Text as="p" className="note">没有这样的类别。不选也能提交，系统会判断。</Text>}
    </Sheet>
  )
}
