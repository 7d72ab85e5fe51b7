/** The buttons of a ticket, exactly those the answer allows, each with the form its action needs. */
import { useEffect, useState } from 'react';
import type { S } from '../../lib/api';
import { fieldsOf, useAct, type Values } from '../../lib/act';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { say } from '../../parts/toast';
import { Button } from '../../parts/button';

export interface Opened {
  action: S['ActionKind'];
  first?: Values;
}

interface DialogProps {
  ticket: S['Ticket'];
  opened: Opened;
  onClose: () => void;
}

/** The form of one action. */
export function ActDialog({ ticket, opened, onClose }: DialogProps) {
  const act = useAct();
  const label = ticket.allowed_actions.find((one) => one.action === opened.action)?.label ?? opened.action;
  const fields = fieldsOf('ticket', opened.action);
  return (
    <Dialog title={`${label}${ticket.number ? ` · ${ticket.number}` : ''}`} onClose={onClose}>
      {fields.length === 0 && <p>确定对这个案件「{label}」吗？</p>}
      <ActionForm
        fields={fields}
        context={{ ticket }}
        first={opened.first}
        draft={`${ticket.id}/${opened.action}`}
        verb={label}
        onCancel={onClose}
        send={async (values, key) => {
          await act(ticket, opened.action, values, key);
          say(`已${label}`);
          onClose();
        }}
      />
    </Dialog>
  );
}

interface BarProps {
  ticket: S['Ticket'];
  opened: Opened | null;
  open: (opened: Opened | null) => void;
}

/** Whether a key press was meant for something being typed in. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('dialog') !== null;
}

export function ActsBar({ ticket, opened, open }: BarProps) {
  const allowed = ticket.allowed_actions;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isTyping(event) || !/^[1-9]$/.test(event.key)) return;
      const one = allowed[Number(event.key) - 1];
      if (!one) return;
      event.preventDefault();
      open({ action: one.action });
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [allowed, open]);
  return (
    <>
      <div className="acts" role="group" aria-label="可办操作">
        {allowed.map((one, at) => (
          <Button key={one.action} data-action={one.action} onClick={() => open({ action: one.action })}>
            {one.label}
            {at < 9 && <kbd aria-hidden="true">{at + 1}</kbd>}
          </Button>
        ))}
        {allowed.length === 0 && <span className="muted">当前没有您可办的操作</span>}
      </div>
      {opened && <ActDialog key={opened.action} ticket={ticket} opened={opened} onClose={() => open(null)} />}
    </>
  );
}

/** The button's state of asking for the ticket page: which action's form is open. */
export function useOpened() {
  return useState<Opened | null>(null);
}
