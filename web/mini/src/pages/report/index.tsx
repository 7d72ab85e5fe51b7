import { useDidShow, useRouter } from '@tarojs/taro'
import { get, Schemas } from '../../lib/app'
import { coordType } from '../../lib/platform'
import { Loaded, Page, useData } from '../../ui/parts'
import { PublicCase } from '../../ui/PublicCase'

/** One of my reports: the problem, what is done about it, and what I can say to it. */
export default function ReportPage() {
  const { id } = useRouter().params
  const report = useData(() => get<Schemas['Report']>(`/v1/reports/${id}?coord_type=${coordType}`), [id])
  useDidShow(() => report.again())
  return (
    <Page title="我的上报">
      <Loaded of={report}>{(r) => <PublicCase t={{ ...r.ticket, words: r.words || r.ticket.words, mine: true }} steps={r.timeline} again={report.again} />}</Loaded>
    </Page>
  )
}
