import { useState, type FormEvent } from 'react';
import { login, logout } from '../lib/session';
import { useSession, useTitle } from '../lib/hooks';
import { Dialog } from '../parts/dialog';
import { Button } from '../parts/button';
import { Input } from '../parts/field';

function LoginForm({ name }: { name?: string }) {
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault('');
    try {
      await login(String(form.get('username')), String(form.get('password')));
    } catch (error) {
      setFault(error instanceof Error ? error.message : '登录失败，请再试一次');
      setBusy(false);
    }
  };
  return (
    <form onSubmit={send} className="stack">
      <div className="field">
        <label htmlFor="username">用户名</label>
        <Input id="username" name="username" autoComplete="username" required defaultValue={name} autoFocus={!name} />
      </div>
      <div className="field">
        <label htmlFor="password">密码</label>
        <Input id="password" name="password" type="password" autoComplete="current-password" required autoFocus={Boolean(name)} />
      </div>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <Button type="submit" main disabled={busy}>
        {busy ? '登录中…' : '登录'}
      </Button>
    </form>
  );
}

export function LoginPage() {
  useTitle('登录');
  return (
    <main className="login">
      <div className="stack" style={{ width: 'min(360px, 100%)' }}>
        <h1>
          <img src={`${import.meta.env.BASE_URL}icon.svg`} width={32} height={32} alt="" />
          随手拍督查台
        </h1>
        <LoginForm />
        <p className="small muted">供督查专号、督查组、责任单位、领导与管理员使用。市民请用手机上的随手拍。</p>
      </div>
    </main>
  );
}

/** Asks for the password over the page when the session ended in the middle of work. */
export function LoginAgain() {
  const { account } = useSession();
  return (
    <Dialog title="登录已过期">
      <p className="muted">请再输一次密码，页面上的内容都还在。</p>
      <LoginForm name={account?.username ?? ''} />
      <Button bare onClick={() => void logout()}>
        退出，换别的账号
      </Button>
    </Dialog>
  );
}
