/** Drafting an exposure: the case, its photos, the words; beside it what the citizens will see. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { GET, newKey, POST, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { ticket as ticketQuery } from '../../lib/queries';
import { NetworkGone, Refused } from '../../lib/refusal';
import { Picture, StageTag } from '../../parts/bits';
import { ShotPicker, shotsOf, type Shot } from '../../parts/shot-picker';
import { Empty, Shown } from '../../parts/states';
import { say } from '../../parts/toast';
import { Button, ButtonLink } from '../../parts/button';
import { Input, TextArea } from '../../parts/field';

const MOST = { title: 60, words: 500, photos: 9 };

interface Typed {
  title: string;
  words: string;
  photos: string[];
}

/** The card of the citizens' page. */
function Preview({ ticket, typed, shots }: { ticket: S['Ticket']; typed: Typed; shots: Shot[] }) {
  const shown = typed.photos.flatMap((id) => shots.filter((one) => one.id === id));
  const [hero, ...rest] = shown;
  return (
    <section className="stack tight preview" aria-label="市民看到的样子">
      <h2>市民看到的样子</h2>
      <article className="card exposure">
        {hero ? <Picture className="hero" src={hero.urls.display} says={hero.says} /> : <div className="hero nothing">选好照片后显示在这里</div>}
        {rest.length > 0 && (
          <ul className="row wrap">
            {rest.map((one) => (
              <li key={one.id}>
                <Picture className="thumb" src={one.urls.thumb} says={one.says} />
              </li>
            ))}
          </ul>
        )}
        <div className="row">
          <h3>{typed.title || <span className="muted">标题</span>}</h3>
          <span className={`tag push ${ticket.state.stage === 'closed' ? 'ok' : 'late'}`}>{ticket.state.stage === 'closed' ? '已解决' : '未解决'}</span>
        </div>
        <p className="prose">{typed.words || <span className="muted">说明</span>}</p>
        <p className="small muted">{[ticket.lead?.name, ticket.grids.area?.name, '发布时间'].filter(Boolean).join(' · ')}</p>
      </article>
    </section>
  );
}

/** The number of the case to be exposed. */
function Which({ found }: { found: (id: string) => void }) {
  const [fault, setFault] = useState('');
  const look = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const number = String(new FormData(event.currentTarget).get('number')).trim().toUpperCase();
    setFault('');
    try {
      const page = await take<'TicketPage'>(GET('/v1/tickets', { params: { query: { number } } }));
      const one = page.items[0];
      if (one) found(one.id);
      else setFault('没有这个编号的案件');
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有查到');
    }
  };
  return (
    <form className="card pad stack" style={{ maxWidth: 480 }} onSubmit={(event) => void look(event)}>
      <div className="field">
        <label htmlFor="number">曝光哪个案件</label>
        <div className="row">
          <Input id="number" name="number" required placeholder="案件编号，如 SSP2026-000001" autoFocus />
          <Button type="submit" main>
            找到它
          </Button>
        </div>
      </div>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <p className="small muted">须是已派单的案件；信访件不得曝光。</p>
    </form>
  );
}

function Draft({ ticket }: { ticket: S['Ticket'] }) {
  const client = useQueryClient();
  const go = useNavigate();
  const shots = shotsOf(ticket.photos);
  const [typed, setTyped] = useState<Typed>({ title: '', words: '', photos: shots.slice(0, 1).map((one) => one.id) });
  const [fault, setFault] = useState<{ words: string; details: S['Detail'][] } | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const set = (part: Partial<Typed>) => {
    setTyped((before) => ({ ...before, ...part }));
    setFault(null);
    key.current = newKey();
  };
  const of = (field: string) =>
    fault?.details
      .filter((one) => one.field === field)
      .map((one) => (
        <p key={one.reason} className="fault" role="alert">
          {one.reason}
        </p>
      ));
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      const body = { ticket_id: ticket.id, title: typed.title, words: typed.words, photo_ids: typed.photos };
      await take<'Act'>(POST('/v1/exposures', { params: { header: { 'Idempotency-Key': key.current } }, body }));
      void client.invalidateQueries({ queryKey: ['acts'] });
      say('已存为待审，由另一人审核发布');
      void go('/rhythm/exposures?state=draft');
    } catch (error) {
      if (!(error instanceof NetworkGone)) key.current = newKey();
      setFault({ words: error instanceof Error ? error.message : '没有成功，请再试一次', details: error instanceof Refused ? error.details : [] });
      setBusy(false);
    }
  };
  return (
    <div className="columns">
      <form className="card pad stack" onSubmit={(event) => void send(event)}>
        <div className="row wrap">
          <Link to={`/tickets/${ticket.id}`} className="num">
            {ticket.number ?? '未立案'}
          </Link>
          <StageTag stage={ticket.state.stage} label={ticket.state.label} />
          <span className="muted">{ticket.words || ticket.category?.name}</span>
        </div>
        <div className="field">
          <span className="label">照片（先选的在前，最多 {MOST.photos} 张；不得有人脸、车牌）</span>
          <ShotPicker ordered shots={shots} chosen={typed.photos} onChange={(photos) => set({ photos: photos.slice(0, MOST.photos) })} />
          {of('photo_ids')}
        </div>
        <div className="field">
          <label htmlFor="title">标题</label>
          <Input id="title" required maxLength={MOST.title} value={typed.title} onChange={(title) => set({ title })} />
          {of('title')}
        </div>
        <div className="field">
          <label htmlFor="words">说明</label>
          <TextArea id="words" rows={5} required most={MOST.words} value={typed.words} onChange={(words) => set({ words })} />
          {of('words')}
        </div>
        <p className="small muted">文字中不得有手机号、身份证号、车牌号等个人信息。</p>
        {fault && !fault.details.some((one) => ['photo_ids', 'title', 'words'].includes(one.field)) && (
          <p className="fault" role="alert">
            {fault.words}
          </p>
        )}
        <footer className="row">
          <ButtonLink className="push" to="/rhythm/exposures">
            取消
          </ButtonLink>
          <Button type="submit" main disabled={busy || typed.photos.length === 0}>
            {busy ? '正在检查…' : '存为待审'}
          </Button>
        </footer>
      </form>
      <Preview ticket={ticket} typed={typed} shots={shots} />
    </div>
  );
}

export function DraftPage() {
  useTitle('起草曝光');
  const [search, setSearch] = useSearchParams();
  const id = search.get('ticket');
  const query = useQuery({ ...ticketQuery(id ?? ''), enabled: id !== null });
  return (
    <>
      <div className="row">
        <Link to="/rhythm/exposures">‹ 曝光</Link>
        <h1>起草曝光</h1>
      </div>
      {id === null ? (
        <Which found={(ticket) => setSearch({ ticket }, { replace: true })} />
      ) : (
        <Shown query={query} lines={[420]}>
          {(ticket) =>
            ticket.lead ? (
              <Draft key={ticket.id} ticket={ticket} />
            ) : (
              <div className="card">
                <Empty says="这个案件还没有派单">派单以后才能曝光。</Empty>
              </div>
            )
          }
        </Shown>
      )}
    </>
  );
}
