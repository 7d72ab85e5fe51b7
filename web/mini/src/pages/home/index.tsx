import { Suspense, useEffect } from 'react'
import { useDidShow, useRouter } from '@tarojs/taro'
import { app, changed, queue, session, Tab, tooOld, useApp } from '../../lib/app'
import { findPlace } from '../../lib/snap'
import { Around, Mine, Work } from '../../tabs/rest'
import Snap from '../../tabs/Snap'
import { Box, Tap, Text } from '../../ui/base'
import { Consent, agreed } from '../../ui/Consent'
import { Icon, IconName } from '../../ui/Icon'
import { Loaded, Page } from '../../ui/parts'

const TABS: { tab: Tab; label: string; icon: IconName }[] = [
  { tab: 'snap', label: '拍一拍', icon: 'camera' },
  { tab: 'work', label: '任务', icon: 'work' },
  { tab: 'around', label: '周边', icon: 'around' },
  { tab: 'mine', label: '我的', icon: 'mine' },
]

let started = false

/** The first page: four tabs in one, so that changing between them is instant. */
export default function Home() {
  useApp()
  const asked = useRouter().params.tab as Tab | undefined
  useEffect(() => {
    if (!started) {
      started = true
      if (asked) app.tab = asked
      if (agreed()) void findPlace()
    }
  }, [])
  useDidShow(() => void queue.retry())
  if (tooOld()) return <TooOld />
  const shown = app.tab === 'work' && !session.staff ? 'snap' : app.tab
  const label = TABS.find((t) => t.tab === shown)!.label
  return (
    <Page root title={shown === 'snap' ? '随手拍' : label} foot={<TabBar shown={shown} />}>
      <Suspense fallback={<Loaded of={{ data: null, error: null, again: () => undefined }}>{() => null}</Loaded>}>
        {shown === 'snap' && <Snap />}
        {shown === 'around' && <Around />}
        {shown === 'mine' && <Mine />}
        {shown === 'work' && <Work />}
      </Suspense>
      <Consent onAgree={() => void findPlace()} />
    </Page>
  )
}

function TabBar({ shown }: { shown: Tab }) {
  const choose = (tab: Tab) => {
    app.tab = tab
    changed()
  }
  return (
    <Box as="nav" className="tabs" label="主要页面">
      {TABS.filter((t) => t.tab !== 'work' || session.staff).map(({ tab, label, icon }) => (
        <Tap key={tab} className={`tab ${tab === shown ? 'tab-on' : ''}`} selected={tab === shown} onTap={() => choose(tab)}>
          <Icon name={icon} />
          <Text className="tab-label">{label}</Text>
        </Tap>
      ))}
    </Box>
  )
}

/** The server no longer speaks with this version: what to do, and that nothing is lost. */
function TooOld() {
  return (
    <Page root title="随手拍">
      <Box className="empty">
        <Text as="p">这个版本太旧了。请刷新页面，或在微信里删除本小程序后重新打开。手机里没发出的照片都还在。</Text>
      </Box>
    </Page>
  )
}
