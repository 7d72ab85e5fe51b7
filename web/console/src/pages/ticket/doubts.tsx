/** Why a ticket came to a person, and what the machine would do: one key to accept, one to change. */
import { useCallback, useEffect, useState } from 'react';
import type { S } from '../../lib/api';
import { useAct, type Values } from '../../lib/act';
import { say } from '../../parts/toast';
import { isTyping, type Opened } from './acts-bar';
import { Button } from '../../parts/button';

interface Props {
  ticket: S['Ticket'];
  open: (opened: Opened) => void;
}

/** Whether the sentence only strings the reasons together. */
function repeats(doubt: S['Doubt']): boolean {
  const first = doubt.reasons?.[0];
  return first !== undefined && doubt.sentence.includes(first);
}

export function Doubts({ ticket, open }: Props) {
  const act = useAct();
  const { proposal } = ticket;
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const accept = useCallback(async () => {
    if (!proposal || busy) return;
    setBusy(true);
    setFault('');
    try {
      await act(ticket, proposal.action, proposal.body as Values);
      say('已按系统建议办理');
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有成功，请再试一次');
    } finally {
      setBusy(false);
    }
  }, [act, busy, proposal, ticket]);
  const change = useCallback(() => {
    if (!proposal) return;
    const { action: _, ...first } = proposal.body as Values;
    open({ action: proposal.action, first });
  }, [open, proposal]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === 'a') void accept();
      if (event.key === 'c') change();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [accept, change]);
  if (ticket.attention.length === 0) return null;
  return (
    <section className="doubts" aria-label="为什么到这里">
      {ticket.attention.map((one, at) => (
        <div key={at}>
          <span className="tag soon">{one.label}</span> {repeats(one) ? '' : one.sentence}
          {one.reasons && (
            <ul className="reasons small">
              {one.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
        </div>
      ))}
      {proposal ? (
        <div className="row wrap">
          <p>
            <span className="muted">系统建议</span> {proposal.label}:{proposal.sentence}
          </p>
          <span className="row push">
            <Button main disabled={busy} onClick={() => void accept()}>
              采纳 <kbd aria-hidden="true">A</kbd>
            </Button>
            <Button onClick={change}>
              改动 <kbd aria-hidden="true">C</kbd>
            </Button>
          </span>
        </div>
      ) : (
        <p className="muted">系统没有建议，请从下面的操作中选择。</p>
      )}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}
