/** Suspending, restoring, a new password: each asked once more, with what it means. */
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { newKey, POST, take, type S } from '../../../lib/api';
import { Dialog } from '../../../parts/dialog';
import { say } from '../../../parts/toast';
import { Button } from '../../../parts/button';
import { Input } from '../../../parts/field';

export type Act = S['PersonAction']['action'];

export const ACTS: Record<Act, { label: string; means: (name: string) => string }> = {
  suspend: { label: '停用', means: (name) => `停用后「${name}」立即退出所有登录，不能再登录；名下的案件与记录都还在，可以恢复。` },
  restore: { label: '恢复', means: (name) => `恢复后「${name}」可以用原来的密码登录。` },
  reset_password: { label: '重置密码', means: (name) => `「${name}」立即退出所有登录，之后用新密码登录。请当面告诉本人。` },
};

export function PersonActs({ person, action, onClose }: { person: S['StaffAccount']; action: Act; onClose: () => void }) {
  const client = useQueryClient();
  const id = useId();
  const [key] = useState(newKey);
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const { label, means } = ACTS[action];
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get('password');
    setBusy(true);
    setFault('');
    try {
      const body = action === 'reset_password' ? { action, password: String(password) } : { action };
      await take<'StaffAccount'>(POST('/v1/people/{id}/actions', { params: { path: { id: person.id }, header: { 'Idempotency-Key': key } }, body }));
      void client.invalidateQueries({ queryKey: ['people'] });
      say(`已${label}「${person.name}」`);
      onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有成功，请再试一次');
      setBusy(false);
    }
  };
  return (
    <Dialog title={`${label} · ${person.name}`} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        <p>{means(person.name)}</p>
        {action === 'reset_password' && (
          <div className="field">
            <label htmlFor={id}>新密码（至少 8 位）</label>
            <Input id={id} name="password" type="password" required minLength={8} maxLength={128} autoComplete="new-password" />
          </div>
        )}
        {fault && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <footer className="row">
          <Button className="push" onClick={onClose}>
            取消
          </Button>
          <Button type="submit" main disabled={busy}>
            {label}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
