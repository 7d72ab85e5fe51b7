import { useState } from 'react'
import { reckoned, rateOf, SKIES, unitOf } from '../../../../shared/mini-weather'
import { get, Schemas } from '../../lib/app'
import { Box, Tap, Text } from '../../ui/base'
import { DistrictMap } from '../../ui/DistrictMap'
import { Icon } from '../../ui/Icon'
import { Empty, H5, Loaded, Page, useData } from '../../ui/parts'

type Board = Schemas['Board']
type Row = Schemas['BoardRow']

/** The units' state as weather: the district on top, the map, then each unit with its figures and their formula. */
export default function Weather() {
  const board = useData(() => get<Board>('/v1/boards/weather'), [])
  return (
    <Page title="文明天气图">
      <Loaded of={board}>{(b) => <Skies b={b} />}</Loaded>
    </Page>
  )
}

function Skies({ b }: { b: Board }) {
  const asked = b.rows.filter((r) => r.weather)
  const quiet = b.rows.filter((r) => !r.weather)
  const rate = rateOf((b.total ?? asked[0])?.figures ?? [])
  const paint = (area: string) => {
    const sky = SKIES[unitOf(area, b.rows)?.weather ?? '']
    return sky ? { tone: sky.tone, word: sky.word } : null
  }
  return (
    <>
      <Box className="card row">
        <Sky weather={b.total?.weather ?? null} />
        <Box className="grow">
          <Text as="h2" className="h2">全区{b.total?.label ?? '暂无天气'}</Text>
          <Text as="p" className="note">{b.span.title}{b.frozen ? '，已定稿' : '，至今'}</Text>
        </Box>
        {rate && b.total && <Text className="num">{rate.printed}</Text>}
      </Box>
      {H5 && asked.length > 0 && <Box className="place"><DistrictMap still className="map-sky" label="各街道的天气" paint={paint} /></Box>}
      {asked.length === 0 && <Empty text="这一期还没有可评的单位。有了立案的问题，这里会出现各单位的天气。" />}
      {asked.length > 0 && <Text as="h2" className="section-title">各单位</Text>}
      {asked.map((r) => <Unit key={r.key} row={r} />)}
      {quiet.length > 0 && <Quiet names={quiet.map((r) => r.name)} />}
      {rate && (
        <>
          <Text as="h2" className="section-title">怎么算的</Text>
          <Text as="p" className="note">{formulaOf(b, rate.formula)}</Text>
        </>
      )}
    </>
  )
}

/** The units nothing was asked of: their number, their names on a tap. */
function Quiet({ names }: { names: string[] }) {
  const [open, setOpen] = useState(false)
  return (
    <Tap className="card" open={open} onTap={() => setOpen(!open)}>
      <Text className="note">另有 {names.length} 个单位本期没有案件</Text>
      {open && <Text className="note section">{names.join('、')}</Text>}
    </Tap>
  )
}

function formulaOf(b: Board, name: string): string {
  const f = b.formulas.find((one) => one.name === name)
  return f ? `${f.label} = ${f.text}。比率越高天气越好，依次为晴、多云、阴、雨、暴雨。` : ''
}

/** A sky of its own tone; the word stands beside it. */
function Sky({ weather }: { weather: Row['weather'] }) {
  const sky = SKIES[weather ?? '']
  return <Box className={`sky tag-${sky?.tone ?? 'off'}`}>{sky ? <Icon name={sky.icon} /> : <Text>–</Text>}</Box>
}

/** One unit; a tap shows what its figures were made of. */
function Unit({ row }: { row: Row }) {
  const [open, setOpen] = useState(false)
  const rate = rateOf(row.figures)
  return (
    <Tap className="card" open={open} onTap={() => setOpen(!open)}>
      <Box as="span" className="row">
        <Sky weather={row.weather} />
        <Box as="span" className="grow">
          <Text className="title line1">{row.name}</Text>
          <Text className="note">{row.label}{rate ? ` · ${rate.label}` : ''}</Text>
        </Box>
        {rate && <Text className="num num-s">{rate.printed}</Text>}
      </Box>
      {open && (
        <Box as="span" className="reckoned">
          {row.figures.map((f) => <Text key={f.name} className="note">{reckoned(f)}</Text>)}
          {row.lost.map((l) => <Text key={l.item} className="note">{l.text}</Text>)}
        </Box>
      )}
    </Tap>
  )
}
