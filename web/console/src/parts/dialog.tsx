import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Button } from './button';

interface Props {
  title: string;
  wide?: boolean;
  /** Called on Esc and the close button; a dialog without it stays until its work is done. */
  onClose?: () => void;
  children: ReactNode;
}

/** A modal dialog: the browser keeps the focus in it and gives it back. */
export function Dialog({ title, wide, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'sheet wide' : 'sheet'}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header>
        <h2 id={name}>{title}</h2>
        {onClose && (
          <Button bare className="push" onClick={onClose} aria-label="关闭">
            ✕
          </Button>
        )}
      </header>
      <div className="body">{children}</div>
    </dialog>
  );
}
