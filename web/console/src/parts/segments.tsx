/** A few choices side by side, one of them taken. */
interface Props<K extends string> {
  label: string;
  options: Record<K, string>;
  value: K;
  set: (next: K) => void;
}

export function Segments<K extends string>({ label, options, value, set }: Props<K>) {
  return (
    <div className="segments no-print" role="group" aria-label={label}>
      {(Object.entries(options) as [K, string][]).map(([code, name]) => (
        <button key={code} type="button" aria-pressed={code === value} onClick={() => set(code)}>
          {name}
        </button>
      ))}
    </div>
  );
}
