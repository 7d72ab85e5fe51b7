/** Rules as versioned JSON: read, compare with the default, write the next version; faults are named with their place. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { moment } from '../../../../shared/words';
import { GET, newKey, POST, take, type S } from '../../lib/api';
import { Refused } from '../../lib/refusal';
import { useMe, useTitle } from '../../lib/hooks';
import { may } from '../../lib/roles';
import { Empty, Shown } from '../../parts/states';
import { say } from '../../parts/toast';
import { Button } from '../../parts/button';
import { TextArea } from '../../parts/field';

const rules = queryOptions({ queryKey: ['rules'], queryFn: () => take<'Rules'>(GET('/v1/rules')) });
type RuleId = S['Rule']['name'];

const rule = (id: RuleId) =>
  queryOptions({ queryKey: ['rules', id], queryFn: () => take<'RuleHistory'>(GET('/v1/rules/{id}', { params: { path: { id: id as never } } })) });

const pretty = (value: unknown) => JSON.stringify(value, null, 2);

type Fault = { message: string; details: S['Detail'][] };

/** The value of a text, or where it stops being JSON. */
function parsed(text: string): { value: unknown } | { fault: Fault } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: { message: `不是合格的 JSON:${error instanceof Error ? error.message : ''}`, details: [] } };
  }
}

function Faults({ fault }: { fault: Fault }) {
  return (
    <div className="fault" role="alert">
      <p>{fault.message}</p>
      <ul>
        {fault.details.map((one) => (
          <li key={one.field + one.reason}>
            <code>{one.field || '（整体）'}</code> {one.reason}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Editor({ rule: kept }: { rule: S['RuleHistory'] }) {
  const client = useQueryClient();
  const me = useMe();
  const [text, setText] = useState(() => pretty(kept.value));
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const writes = may(me.role, 'write-rules');
  const changed = text !== pretty(kept.value);
  const save = async () => {
    const read = parsed(text);
    if ('fault' in read) return setFault(read.fault);
    setFault(null);
    setBusy(true);
    try {
      await take<'RuleHistory'>(
        POST('/v1/rules/{id}', {
          params: { path: { id: kept.name as never }, header: { 'Idempotency-Key': newKey() } },
          body: { value: read.value } as S['NewRule'],
        }),
      );
      void client.invalidateQueries({ queryKey: ['rules'] });
      say('已生效');
    } catch (error) {
      setFault({ message: error instanceof Error ? error.message : '没有成功', details: error instanceof Refused ? error.details : [] });
    }
    setBusy(false);
  };
  return (
    <section className="card pad stack tight" aria-label={kept.label}>
      <div className="row">
        <h2>{kept.label}</h2>
        <span className="tag">{kept.version === 0 ? '默认值' : `第 ${kept.version} 版`}</span>
        <span className="push row">
          <Button bare onClick={() => setText(pretty(kept.default))} disabled={!writes || text === pretty(kept.default)}>
            填入默认值
          </Button>
          <Button bare onClick={() => setText(pretty(kept.value))} disabled={!changed}>
            还原
          </Button>
          <Button main disabled={!writes || !changed || busy} onClick={() => void save()}>
            {busy ? '检查中…' : '检查并生效'}
          </Button>
        </span>
      </div>
      {!writes && <p className="small muted">只有管理员与制度建设组可以改规则。</p>}
      {fault && <Faults fault={fault} />}
      <TextArea className="code" rows={24} aria-label={`${kept.label}的值`} spellCheck={false} readOnly={!writes} value={text} onChange={setText} />
      {kept.versions.length > 0 && (
        <details>
          <summary>历次版本（{kept.versions.length}）</summary>
          <ul className="stack tight" style={{ paddingTop: 8 }}>
            {kept.versions.map((one) => (
              <li key={one.version} className="row">
                第 {one.version} 版 <span className="muted num">{moment(one.set_at)}</span>
                <Button bare onClick={() => setText(pretty(one.value))}>
                  填入这一版
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Chosen({ id }: { id: RuleId }) {
  const query = useQuery(rule(id));
  return (
    <Shown query={query} lines={[480]}>
      {(found) => <Editor key={`${found.name}/${found.version}`} rule={found} />}
    </Shown>
  );
}

export function RulesPage() {
  useTitle('规则');
  const { id } = useParams();
  const query = useQuery(rules);
  return (
    <div className="two">
      <Shown query={query} lines={Array.from({ length: 12 }, () => 32)}>
        {({ items }) => (
          <nav className="card nav side" aria-label="规则">
            {items.map((one) => (
              <Link key={one.name} to={`/setup/rules/${one.name}`} aria-current={one.name === id ? 'page' : undefined}>
                {one.label}
                {one.version > 0 && <span className="n num">第 {one.version} 版</span>}
              </Link>
            ))}
          </nav>
        )}
      </Shown>
      {id ? (
        <Chosen key={id} id={id as RuleId} />
      ) : (
        <div className="card">
          <Empty says="选一项规则">阈值、阶梯、节律和公式都在这里，改动一秒内对所有人生效。</Empty>
        </div>
      )}
    </div>
  );
}
