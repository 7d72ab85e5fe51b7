/** Choosing among photos that are already there, each large enough to look for faces and number plates. */
import type { InputProps } from './inputs';
import { ShotPicker } from '../shot-picker';

export function ShotsInput({ id, value, onChange, context }: InputProps) {
  return <ShotPicker id={id} shots={context.shots ?? []} chosen={(value as string[] | undefined) ?? []} onChange={onChange} />;
}
