import { useDidShow, useRouter } from '@tarojs/taro'
import { getKept, Schemas } from '../../lib/app'
import { useLive } from '../../lib/live'
import { coordType } from '../../lib/platform'
import { Loaded, Page, useData, usePoll } from '../../ui/parts'
import { PublicCase } from '../../ui/PublicCase'

/** One of my reports: the problem, what is done about it, and what I can say to it. */
export default function ReportPage() {
  const { id } = useRouter().params
  const report = useData(async () => {
    const r = await getKept<Schemas['Report']>(`/v1/reports/${id}`)
    // The report answers in one datum only; the ticket knows the phone's.
    const t = (await getKept<Schemas['AnyTicket']>(`/v1/tickets/${r.ticket_id}?coord_type=${coordType}`).catch(() => null)) as Schemas['PublicTicket'] | null
    return { ...r, ticket: { ...r.ticket, place: t?.place ?? null } }
  }, [id])
  usePoll(report.data?.ticket.stage, report.again)
  useLive((e) => e.ticket_id === report.data?.ticket_id, report.again)
  useDidShow(() => report.again())
  return (
    <Page title="我的上报">
      <Loaded of={report}>{(r) => <PublicCase t={{ ...r.ticket, words: r.words || r.ticket.words, mine: true }} steps={r.timeline} again={report.again} />}</Loaded>
    </Page>
  )
}
