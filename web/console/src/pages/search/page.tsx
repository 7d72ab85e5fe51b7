/** What was found among all tickets one may see, newest first. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { now } from '../../lib/clock';
import { useTitle } from '../../lib/hooks';
import { found } from '../../lib/queries';
import { wordsIn } from '../../lib/queues';
import { Picture, Remain, StageTag } from '../../parts/bits';
import { Listing } from '../../parts/listing';
import { Segments } from '../../parts/segments';
import { Empty } from '../../parts/states';
import { Table } from '../../parts/table';

const SINCE = { days: '最近 92 天', year: '最近一年', all: '全部' };
type Since = keyof typeof SINCE;

/** The day a search begins with; none is the server's own 92 days. */
function from(since: Since): string | undefined {
  if (since === 'days') return undefined;
  const today = new Date(now());
  const year = since === 'all' ? 2000 : today.getFullYear() - 1;
  return new Date(Date.UTC(year, today.getMonth(), today.getDate())).toISOString();
}

/** A text with the words searched for marked. */
function Marked({ text, words }: { text: string; words: string }) {
  const at = text.toLowerCase().indexOf(words.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + words.length)}</mark>
      {text.slice(at + words.length)}
    </>
  );
}

function Found({ row, words }: { row: S['TicketRow']; words: string }) {
  return (
    <tr data-ticket={row.id}>
      <th scope="row">
        <span className="row">
          <Picture className="thumb" src={row.cover?.thumb} says="" />
          <span>
            <Link to={`/tickets/${row.id}`}>
              <Marked text={row.number ?? '未立案'} words={words} />
            </Link>
            <span className="block">
              <Marked text={row.words ?? ''} words={words} />
            </span>
          </span>
        </span>
      </th>
      <td>{row.category?.name ?? '—'}</td>
      <td>{row.address || '—'}</td>
      <td>{row.lead?.name ?? '—'}</td>
      <td>
        <StageTag stage={row.stage} label={row.stage_label} />
        <span className="block">
          <Remain row={row} />
        </span>
      </td>
      <td className="num">{moment(row.opened_at)}</td>
    </tr>
  );
}

export default function SearchPage() {
  const [search] = useSearchParams();
  const [since, setSince] = useState<Since>('days');
  const words = wordsIn(search).words ?? '';
  const query = useInfiniteQuery(found(words, from(since)));
  useTitle(words ? `搜索 ${words}` : '搜索');
  return (
    <div className="page">
      <div className="row wrap">
        <h1>{words ? `「${words}」` : '搜索'}</h1>
        <Segments label="多久以来上报的" options={SINCE} value={since} set={setSince} />
      </div>
      {words ? (
        <Listing
          query={query}
          items={(page) => page.items}
          none={`${since === 'all' ? '' : SINCE[since]}没有含「${words}」的案件`}
          advice="换个说法，或放宽时间。找的是描述与编号。"
        >
          {(items) => (
            <Table name="找到的案件" heads={['案件', '类别', '地点', '主办', '状态', '上报']}>
              {items.map((row) => (
                <Found key={row.id} row={row} words={words} />
              ))}
            </Table>
          )}
        </Listing>
      ) : (
        <div className="card">
          <Empty says="找什么？">
            <span>
              按 <kbd>/</kbd> 在上面输入编号或描述中的文字，至少两个字。
            </span>
          </Empty>
        </div>
      )}
    </div>
  );
}
