import { useQuery } from '@tanstack/react-query';
import { moment } from '../../../../shared/words';
import { explanation } from '../../lib/queries';
import { Empty, Shown } from '../../parts/states';

/** Why the machine decided as it did: place, category, duplicates, routing, proof. */
export function ExplanationView({ id }: { id: string }) {
  const query = useQuery(explanation(id));
  return (
    <Shown query={query} lines={[80, 80]}>
      {({ sections }) =>
        sections.length === 0 ? (
          <Empty says="系统还没有作出判定">照片分析完成后自动显示。</Empty>
        ) : (
          <div className="stack">
            {sections.map((one) => (
              <section key={one.subject + one.at}>
                <h3>{one.label}</h3>
                <p>{one.outcome}</p>
                <ul className="reasons small muted">
                  {one.lines.map((line, at) => (
                    <li key={at}>{line}</li>
                  ))}
                </ul>
                <p className="small muted num">
                  {moment(one.at)} · {one.version}
                </p>
              </section>
            ))}
          </div>
        )
      }
    </Shown>
  );
}
