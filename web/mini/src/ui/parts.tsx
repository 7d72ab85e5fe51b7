/** Small pieces that every page uses. */
import { ReactNode, useEffect, useState } from 'react'
import Taro, { useDidHide, useDidShow } from '@tarojs/taro'
import { sentence } from '../../../shared/mini-api'
import { remaining } from '../../../shared/mini-time'
import { app, now, session, useApp } from '../lib/app'
import { Box, Field, Tap, Text } from './base'
import { Icon } from './Icon'

export const H5 = process.env.TARO_ENV === 'h5'

/** Opens a page over this one. */
export const go = (url: string) => void Taro.navigateTo({ url })

/** Back, or home when this page was opened by its address. */
export function back(): void {
  if (Taro.getCurrentPages().length > 1) void Taro.navigateBack()
  else void Taro.reLaunch({ url: '/pages/home/index' })
}

/** A page: title with a way back (the mini-program has its own), offline bar, content, notice. */
export function Page({ title, children, root, foot }: { title: string; children: ReactNode; root?: boolean; foot?: ReactNode }) {
  useApp()
  const [top, setTop] = useState(true)
  useDidShow(() => setTop(true))
  useDidHide(() => setTop(false))
  useEffect(() => {
    if (H5) document.title = title === '随手拍' ? title : `${title} · 随手拍`
    else void Taro.setNavigationBarTitle({ title })
  }, [title])
  return (
    <Box className={`page ${foot ? 'has-foot' : ''}`}>
      {H5 && !root && (
        <Box as="header" className="head">
          <Tap className="head-back" label="返回" onTap={back}><Icon name="back" /></Tap>
          <Text as="h1" className="head-title">{title}</Text>
        </Box>
      )}
      {!app.online && <Box className="bar" role="status">没有网络。照片和文字都存在手机里，有信号后自动发送</Box>}
      <Box as="main" className="main">{children}</Box>
      {foot && <Box className="foot">{foot}</Box>}
      {app.toast && <Box className={`toast ${app.toast.bad ? 'toast-bad' : ''}`} role="status" live="polite">{app.toast.text}</Box>}
      {session.expired && top && <AskPassword />}
    </Box>
  )
}

/** The password as far as typed: the page below may go away meanwhile, and the question moves to the next. */
let typed = ''

/** The session of a member of staff ran out: the password over the page, and everything goes on. */
function AskPassword() {
  const [password, setPassword] = useState(typed)
  const [why, setWhy] = useState('')
  const type = (text: string) => setPassword((typed = text))
  const enter = () => {
    session.login(session.account?.username ?? '', password).then(() => (typed = ''), (e) => setWhy(sentence(e)))
  }
  return (
    <Sheet title="请再输入一次密码" onClose={() => { typed = ''; session.abandon() }}>
      <Text as="p" className="note">登录已过期。{session.account?.name}，输入密码后继续，已填的内容都在。</Text>
      <Field className="field" label="密码" secret auto="current-password" value={password} onValue={type} onDone={enter} placeholder="密码" />
      {why && <Text as="p" className="bad" role="alert">{why}</Text>}
      <Tap className="btn btn-main btn-wide" disabled={!password} onTap={enter}>继续</Tap>
    </Sheet>
  )
}

/** A panel from the bottom over the page. */
export function Sheet({ title, children, onClose }: { title: string; children: ReactNode; onClose?: () => void }) {
  useEffect(() => {
    if (!H5) return
    const before = document.activeElement as HTMLElement | null
    const esc = (e: KeyboardEvent) => e.key === 'Escape' && onClose?.()
    document.addEventListener('keydown', esc)
    const sheet = document.querySelector<HTMLElement>('.sheet')
    sheet?.setAttribute('tabindex', '-1')
    sheet?.focus({ preventScroll: true })
    return () => {
      document.removeEventListener('keydown', esc)
      before?.focus?.({ preventScroll: true })
    }
    // The sheet is one dialog for as long as it is open.
  }, [])
  return (
    <Box className="veil">
      <Box className="sheet" role="dialog" label={title}>
        <Box className="sheet-head">
          <Text as="h2" className="sheet-title">{title}</Text>
          {onClose && <Tap className="sheet-close" label="关闭" onTap={onClose}><Icon name="close" /></Tap>}
        </Box>
        {children}
      </Box>
    </Box>
  )
}

/** What a page fetches: its data, its failure, a way to fetch again. */
export function useData<T>(load: () => Promise<T>, deps: unknown[]): { data: T | null; error: string | null; again: () => void; set: (d: T) => void } {
  const [state, setState] = useState<{ data: T | null; error: string | null }>({ data: null, error: null })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let live = true
    load().then(
      (data) => live && setState({ data, error: null }),
      (e) => live && setState((s) => ({ ...s, error: sentence(e) })),
    )
    return () => void (live = false)
  }, [...deps, round])
  return { ...state, again: () => setRound((r) => r + 1), set: (data) => setState({ data, error: null }) }
}

/** Asks again every few seconds while the machine is still judging: it takes seconds, and nobody should have to reload. */
export function usePoll(stage: string | undefined, again: () => void): void {
  useEffect(() => {
    if (stage !== 'received' && stage !== 'fixed' && stage !== 'filed') return
    const timer = setInterval(again, 4000)
    const end = setTimeout(() => clearInterval(timer), 60_000)
    return () => (clearInterval(timer), clearTimeout(end))
  }, [stage])
}

/** Skeleton, failure with a way on, or the thing itself. */
export function Loaded<T>({ of, children, rows = 3 }: { of: { data: T | null; error: string | null; again: () => void }; children: (data: T) => ReactNode; rows?: number }) {
  if (of.data !== null) return <>{children(of.data)}</>
  if (of.error) {
    return (
      <Box className="empty" role="alert">
        <Text as="p">{of.error}</Text>
        <Tap className="btn" onTap={of.again}>再试一次</Tap>
      </Box>
    )
  }
  return (
    <Box label="正在加载" role="status">
      {Array.from({ length: rows }, (_, i) => (
        <Box key={i} className="card row">
          <Box className="thumb bone" />
          <Box className="grow"><Box className="bone bone-line" /><Box className="bone bone-line bone-short" /></Box>
        </Box>
      ))}
    </Box>
  )
}

/** One sentence where a list has nothing, and what to do. */
export function Empty({ text, act, onAct }: { text: string; act?: string; onAct?: () => void }) {
  return (
    <Box className="empty">
      <Text as="p">{text}</Text>
      {act && onAct && <Tap className="btn" onTap={onAct}>{act}</Tap>}
    </Box>
  )
}

/** Remaining time in its colour, with words that need no colour. */
export function Remain({ due }: { due: string }) {
  const left = remaining(due, now())
  return <Text className={`tag tag-${left.tone}`}>{left.text}</Text>
}

/** The tone of a stage: colour only for what it means. */
export function stageTone(stage: string | null | undefined): string {
  if (stage === 'closed' || stage === 'accepted') return 'ok'
  if (stage === 'declined' || stage === 'withdrawn' || stage === 'merged') return 'off'
  return 'go'
}
