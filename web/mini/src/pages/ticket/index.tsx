import { useDidShow, useRouter } from '@tarojs/taro'
import { getKept, Schemas } from '../../lib/app'
import { tellOf, useLive } from '../../lib/live'
import { coordType } from '../../lib/platform'
import { findPlace } from '../../lib/snap'
import { Loaded, Page, useData, usePoll } from '../../ui/parts'
import { PublicCase } from '../../ui/PublicCase'
import { WorkCase } from '../../ui/WorkCase'

/** A ticket: the public view for citizens, the working view for staff, as the server gives it. */
export default function TicketPage() {
  const { id } = useRouter().params
  const both = useData(async () => {
    const [ticket, steps] = await Promise.all([
      getKept<Schemas['AnyTicket']>(`/v1/tickets/${id}?coord_type=${coordType}`),
      getKept<{ items: Schemas['PublicStep'][] }>(`/v1/tickets/${id}/timeline`).catch(() => ({ items: [] })),
    ])
    return { ticket, steps: steps.items }
  }, [id])
  const t = both.data?.ticket
  usePoll(t && ('state' in t ? t.state.stage : t.stage), both.again)
  useLive((e) => e.ticket_id === id, (e) => {
    both.again()
    tellOf(e)
  })
  useDidShow(() => {
    both.again()
    void findPlace()
  })
  return (
    <Page title="案件">
      <Loaded of={both}>
        {({ ticket, steps }) => 'state' in ticket
          ? <WorkCase t={ticket} steps={steps} again={both.again} />
          : <PublicCase t={ticket} steps={steps} again={both.again} />}
      </Loaded>
    </Page>
  )
}
