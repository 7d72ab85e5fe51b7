/** Something that is on or off at once, with its words beside it. */
import { Switch as Toggle } from 'tdesign-react/es/switch';

interface Props {
  on: boolean;
  set: (on: boolean) => void;
  className?: string;
  children: string;
}

export function Switch({ on, set, className = '', children }: Props) {
  const state = { 'aria-checked': on };
  return (
    <label className={`row ${className}`}>
      <Toggle size="small" value={on} onChange={set} {...state} />
      {children}
    </label>
  );
}
