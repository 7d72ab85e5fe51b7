import { useQuery } from '@tanstack/react-query';
import { moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { timeline } from '../../lib/queries';
import { Shown } from '../../parts/states';

/** The six stamps, none of which can be skipped. */
export function Stamps({ stamps }: { stamps: S['Stamp'][] }) {
  return (
    <ol className="stamps" aria-label="六个节点">
      {stamps.map((one) => (
        <li key={one.step} className={one.at ? 'done' : ''}>
          <strong>{one.label}</strong>
          <span className="small muted num">{one.at ? moment(one.at) : '—'}</span>
          <span className="small muted cut" title={one.by ?? undefined}>
            {one.by ?? ''}
          </span>
        </li>
      ))}
    </ol>
  );
}

function by(step: S['Step']): string {
  const { name, department, role_label } = step.by;
  return [department?.name, name || role_label].filter(Boolean).join(' ');
}

/** What happened, newest first. */
export function TimelineView({ id }: { id: string }) {
  const query = useQuery(timeline(id));
  return (
    <Shown query={query} lines={[40, 40, 40, 40]}>
      {(steps) => (
        <ol className="timeline">
          {[...steps].reverse().map((step) => (
            <li key={step.seq}>
              <span className="num small muted">{moment(step.at)}</span>
              <div>
                <p>
                  <strong>{step.label}</strong> <span className="muted">{by(step)}</span> <span className="tag">{step.stage_label}</span>
                </p>
                <p className="small muted">{step.sentence}</p>
                {step.raised.map((one) => (
                  <p key={one} className="small fault">
                    {one}
                  </p>
                ))}
              </div>
            </li>
          ))}
        </ol>
      )}
    </Shown>
  );
}
