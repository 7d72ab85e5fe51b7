import { useState } from 'react'
import { sentence } from '../../../../shared/mini-api'
import { app, changed, session, useApp } from '../../lib/app'
import { Field, Tap, Text } from '../../ui/base'
import { back, Page } from '../../ui/parts'

/** Name and password, for those who work here. */
export default function Login() {
  useApp()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [why, setWhy] = useState('')
  const [busy, setBusy] = useState(false)
  const enter = () => {
    setBusy(true)
    setWhy('')
    session.login(name.trim(), password).then(
      () => {
        app.tab = 'work'
        changed()
        back()
      },
      (e) => {
        setWhy(sentence(e))
        setBusy(false)
      },
    )
  }
  return (
    <Page title="工作人员登录">
      <Text as="p" className="note">网格员、处置人员、督查组用单位发的账号登录。市民不用登录。</Text>
      <Field className="field section" label="用户名" auto="username" placeholder="用户名" value={name} onValue={setName} />
      <Field className="field" label="密码" secret auto="current-password" placeholder="密码" value={password} onValue={setPassword} onDone={enter} />
      {why && <Text as="p" className="bad section" role="alert">{why}</Text>}
      <Tap className="btn btn-main btn-wide section" busy={busy} disabled={busy || !name || !password} onTap={enter}>{busy ? '正在登录…' : '登录'}</Tap>
    </Page>
  )
}
