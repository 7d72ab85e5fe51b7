/** The clock's arithmetic: the lines that add up, and the intervals they add up from. */
import { moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { right, Table } from '../../parts/table';

const KIND: Record<S['IntervalWord'], string> = { counted: '计时', off_hours: '非工作时间', weekend: '周末', holiday: '节假日', paused: '暂停' };

/** Joins neighbours of one kind, so that a strip of many short pieces stays readable. */
function share(interval: S['Interval']): number {
  return Math.max(1, Date.parse(interval.to) - Date.parse(interval.from));
}

export function ClockView({ clock }: { clock: S['Clock'] }) {
  return (
    <div className="stack tight">
      <p className="row">
        <span className={`tag ${clock.late ? 'late' : ''}`}>{clock.state_label}</span>
        {clock.due_at && <span>到期 {moment(clock.due_at)}</span>}
        {clock.late && <span className="fault">超期 {clock.late_minutes} 分</span>}
      </p>
      <div className="strip-clock" role="img" aria-label={`计时 ${clock.used_minutes} 分，共 ${clock.allowed_minutes} 分`}>
        {clock.intervals.map((one) => (
          <span key={one.from + one.kind} className={one.kind} style={{ flexGrow: share(one) }} title={one.sentence} />
        ))}
      </div>
      <ul className="sums">
        {clock.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <details>
        <summary>逐段时间（{clock.intervals.length} 段）</summary>
        <div style={{ paddingTop: 8 }}>
          <Table name="逐段时间" heads={['时段', '类型', right('计入')]}>
            {clock.intervals.map((one) => (
              <tr key={one.from + one.kind}>
                <td>{one.sentence}</td>
                <td>{KIND[one.kind]}</td>
                <td className="right num">{one.counted_minutes} 分</td>
              </tr>
            ))}
          </Table>
        </div>
      </details>
    </div>
  );
}
