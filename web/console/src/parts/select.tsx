/** The one select: code and name of each option, with or without groups. */

export type Options = [code: string, name: string][];

interface Props {
  id?: string;
  /** Its name, where no label stands beside it. */
  label?: string;
  value: string;
  /** What is written while nothing is chosen; without it something always is. */
  none?: string;
  options?: Options;
  groups?: [name: string, options: Options][];
  required?: boolean;
  width?: number;
  fault?: boolean;
  onChange: (code: string) => void;
}

function Choices({ options }: { options: Options }) {
  return options.map(([code, name]) => (
    <option key={code} value={code}>
      {name}
    </option>
  ));
}

export function Select({ id, label, value, none, options = [], groups = [], required, width, fault, onChange }: Props) {
  return (
    <select
      id={id}
      className="input"
      aria-label={label}
      aria-invalid={fault || undefined}
      required={required}
      style={width ? { width } : undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {none !== undefined && <option value="">{none}</option>}
      <Choices options={options} />
      {groups.map(([name, all]) => (
        <optgroup key={name} label={name}>
          <Choices options={all} />
        </optgroup>
      ))}
    </select>
  );
}
