/** Every check of the proof with its measure and threshold. */
import type { S } from '../../lib/api';
import { OutcomeTag } from '../../parts/bits';
import { right, Table } from '../../parts/table';

const figure = (value: number | null, unit: string) => (value === null ? '无从测量' : `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`);

export function Checks({ proof }: { proof: S['Proof'] }) {
  return (
    <div className="stack tight">
      <p className="row">
        第 {proof.round} 次核查 <OutcomeTag outcome={proof.outcome} label={proof.outcome_label} />
      </p>
      <div className="checks">
        <Table name="核查项" heads={['核查项', '结论', right('测得'), right('门槛')]}>
          {proof.checks.map((check) => (
            <tr key={check.name} data-check={check.name}>
              <th scope="row">
                {check.label}
                <p className="small muted">{check.text}</p>
              </th>
              <td>
                <OutcomeTag outcome={check.outcome} label={check.outcome_label} />
              </td>
              <td className="right num">{figure(check.measure, check.unit)}</td>
              <td className="right num">{figure(check.threshold, check.unit)}</td>
            </tr>
          ))}
        </Table>
      </div>
      {proof.earlier.length > 0 && (
        <details>
          <summary>此前 {proof.earlier.length} 次核查</summary>
          <ol className="stack tight" style={{ paddingTop: 8 }}>
            {proof.earlier.map((round) => (
              <li key={round.round}>
                <p className="row">
                  第 {round.round} 次 <OutcomeTag outcome={round.outcome} label={round.outcome_label} />
                </p>
                {round.reasons.map((reason) => (
                  <p key={reason} className="small muted">
                    {reason}
                  </p>
                ))}
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}
