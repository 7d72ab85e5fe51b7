import { moment } from '../../../../shared/mini-time'
import { get, now, post, say, Schemas } from '../../lib/app'
import { Box, Img, Tap, Text } from '../../ui/base'
import { Compare } from '../../ui/Compare'
import { Empty, Loaded, Page, useData } from '../../ui/parts'

type Exposure = Schemas['Exposure']

/** What was held up to the public, what became of it, and what the public thinks of that. */
export default function Exposures() {
  const list = useData(() => get<Schemas['ExposurePage']>('/v1/exposures?limit=50', true), [])
  return (
    <Page title="曝光与回音">
      <Loaded of={list}>
        {(p) => p.items.length === 0
          ? <Empty text="现在没有曝光的问题。长期没解决的问题会登在这里，解决后登出回音。" />
          : p.items.map((e) => <One key={e.id} e={e} again={list.again} />)}
      </Loaded>
    </Page>
  )
}

function One({ e, again }: { e: Exposure; again: () => void }) {
  const vote = (satisfied: boolean) => void post(`/v1/exposures/${e.id}/votes`, { satisfied }).then(() => (say('谢谢您的评议'), again()), say)
  const [before, after] = [e.before[0], e.echo?.photos?.[0]]
  return (
    <Box className="card stack">
      {before && after ? <Compare before={before.urls.display} after={after.urls.display} /> : before && <Box className="hero"><Img className="hero-img" src={before.urls.display} alt="被曝光的问题" /></Box>}
      <Box className="row between top">
        <Text as="h2" className="h2 grow">{e.title}</Text>
        <Text className={`tag tag-${e.solved ? 'ok' : 'late'}`}>{e.solved ? '已解决' : '未解决'}</Text>
      </Box>
      <Text as="p">{e.words}</Text>
      <Text as="p" className="note">{[e.unit, e.area?.name, moment(e.published_at, now()), e.nth && e.nth > 1 ? `第 ${e.nth} 次曝光` : ''].filter(Boolean).join(' · ')}</Text>
      {e.echo && (
        <>
          <Text as="p"><Text className="title">回音：</Text>{e.echo.words}</Text>
          <Box className="row">
            <Tap className="btn grow" onTap={() => vote(true)}>满意 {e.votes.satisfied}</Tap>
            <Tap className="btn grow" onTap={() => vote(false)}>不满意 {e.votes.unsatisfied}</Tap>
          </Box>
        </>
      )}
    </Box>
  )
}
