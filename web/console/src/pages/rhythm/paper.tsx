/** One paper as it will be printed, with what may be done to it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { moment } from '../../../../shared/words';
import { POST, take, type S } from '../../lib/api';
import { fieldsOf, type Values } from '../../lib/act';
import { useTitle } from '../../lib/hooks';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { Output } from '../../parts/output';
import { Shown } from '../../parts/states';
import { right, Table } from '../../parts/table';
import { say } from '../../parts/toast';
import { PaperState } from './papers';
import { paper as paperQuery } from './queries';
import { Button } from '../../parts/button';

type Action = S['PaperHead']['allowed_actions'][number];

const WORK: Record<keyof S['PaperWork'], string> = {
  received: '受理',
  dispatched: '派单',
  signed_in: '签收',
  fixed: '提交处置',
  struck_off: '销号',
  reworked: '返工',
  returned: '退单',
  supervised: '被督办',
  open: '未结',
  overdue: '超期',
};

function WorkTable({ rows }: { rows: { name: string; work: S['PaperWork'] }[] }) {
  return (
    <div className="scroll-x">
      <Table name="工作量" heads={['单位', ...Object.values(WORK).map(right)]}>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            {(Object.keys(WORK) as (keyof S['PaperWork'])[]).map((key) => (
              <td key={key} className="right num">
                {row.work[key]}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </div>
  );
}

function ActOnPaper({ paper, action, onClose }: { paper: S['Paper']; action: Action; onClose: () => void }) {
  const client = useQueryClient();
  const send = async (values: Values, key: string) => {
    const body = { action: action.action, ...values } as S['PaperActionRequest'];
    await take<'Paper'>(
      POST('/v1/papers/{id}/actions', { params: { path: { id: paper.id }, header: { 'Idempotency-Key': key, 'If-Match': `"${paper.version}"` } }, body }),
    );
    void client.invalidateQueries({ queryKey: ['papers'] });
    say(`已${action.label}`);
    onClose();
  };
  const worded = action.action === 'amend' || action.action === 'file';
  return (
    <Dialog title={`${action.label} · ${paper.title}`} wide={worded} onClose={onClose}>
      <ActionForm
        fields={fieldsOf('paper', action.action)}
        context={{ decisions: paper.decisions }}
        first={worded ? { words: paper.body.words } : {}}
        draft={`paper/${paper.id}/${action.action}`}
        verb={action.label}
        onCancel={onClose}
        send={send}
      />
    </Dialog>
  );
}

function Words({ title, text }: { title: string; text: string }) {
  return (
    <section>
      <h2>{title}</h2>
      <p className={text ? 'prose' : 'muted'}>{text || '（未填）'}</p>
    </section>
  );
}

function Decisions({ all }: { all: S['PaperDecision'][] }) {
  if (all.length === 0) return null;
  return (
    <section className="stack tight">
      <h2>议定事项</h2>
      <ol className="stack tight">
        {all.map((one) => (
          <li key={one.id}>
            <span className={`tag ${one.status === 'done' ? 'ok' : 'soon'}`}>{one.status === 'done' ? '已办结' : '在办'}</span> {one.words}
            <span className="small muted"> {[one.department?.name, one.due_at && `限 ${moment(one.due_at)}`, one.outcome].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Events({ all }: { all: NonNullable<S['PaperBody']['events']> }) {
  if (all.length === 0) return null;
  return (
    <details open>
      <summary>期内事项（{all.length}）</summary>
      <ul className="timeline">
        {all.map((one, at) => (
          <li key={at}>
            <span className="num small muted">{moment(one.at)}</span>
            <span>
              {one.label} <Link to={`/tickets/${one.ticket}`}>{one.number ?? '未立案'}</Link> {one.category}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Sheet({ paper }: { paper: S['Paper'] }) {
  const [action, setAction] = useState<Action | null>(null);
  useTitle(paper.title);
  const { body } = paper;
  const rows = [{ name: paper.department?.name ?? '合计', work: body.work }, ...(body.units ?? []).map((one) => ({ name: one.unit.name, work: one.work }))];
  return (
    <>
      <div className="row wrap no-print">
        <Link to="/rhythm/papers">‹ 公文</Link>
        <span className="push row">
          {paper.allowed_actions.map((one) => (
            <Button key={one.action} data-action={one.action} onClick={() => setAction(one)}>
              {one.label}
            </Button>
          ))}
          <Output file={{ path: `/v1/papers/${paper.id}?format=xlsx`, name: `${paper.title}${paper.department ? `-${paper.department.name}` : ''}` }} />
        </span>
      </div>
      <article className="card paper stack">
        <header className="stack tight">
          <h1>
            {paper.title}
            {paper.department && ` · ${paper.department.name}`}
          </h1>
          <div className="row wrap small muted">
            <PaperState paper={paper} />
            <span className="num">
              取数 {moment(body.from)} 至 {moment(body.until)}，截至 {moment(body.as_of)}
            </span>
            {paper.signed && (
              <span>
                签发 {paper.signed.name} {moment(paper.signed.at)}
              </span>
            )}
          </div>
        </header>
        <Words title="工作进展" text={body.words.progress} />
        <Words title="存在问题" text={body.words.problems} />
        <Words title="下步打算" text={body.words.next} />
        <WorkTable rows={rows} />
        <Decisions all={paper.decisions} />
        {body.events && <Events all={body.events} />}
        {paper.sha256 && <p className="small muted num">冻结校验值 {paper.sha256}</p>}
      </article>
      {action && <ActOnPaper paper={paper} action={action} onClose={() => setAction(null)} />}
    </>
  );
}

export function PaperPage() {
  const { id = '' } = useParams();
  const query = useQuery(paperQuery(id));
  return (
    <Shown query={query} lines={[32, 480]}>
      {(paper) => <Sheet paper={paper} />}
    </Shown>
  );
}
