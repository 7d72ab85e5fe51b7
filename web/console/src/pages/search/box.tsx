/** Search from every page: it narrows the desk's queue, the map or the page of findings as one types; a whole number opens its ticket. */
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { GET, take } from '../../lib/api';
import { FEWEST } from '../../lib/queues';
import { isTyping } from '../ticket/acts-bar';
import { Input, type InputRef } from '../../parts/field';

const NUMBER = /^[A-Za-z]*\d{4}-\d+$/;
/** How long typing must rest, milliseconds. */
const REST = 300;
const LONGEST = 40;
/** Pages that follow what is typed. */
const LIVE = ['/desk', '/search', '/map'];

export function SearchBox() {
  const box = useRef<InputRef>(null);
  const go = useNavigate();
  const { pathname } = useLocation();
  const [search, setSearch] = useSearchParams();
  const [said, setSaid] = useState('');
  const live = LIVE.includes(pathname);
  const words = live ? (search.get('words') ?? '') : '';
  const [text, setText] = useState(words);
  // What an input method is still putting together is not searched for.
  const [composing, setComposing] = useState(false);
  const wanted = text.trim();
  const narrow = (to: string) => {
    const next = new URLSearchParams(search);
    if (to) next.set('words', to);
    else next.delete('words');
    next.delete('t');
    setSearch(next, { replace: true });
  };
  useEffect(() => setText((typed) => (typed.trim() === words ? typed : words)), [words, pathname]);
  useEffect(() => {
    if (!live || composing || wanted === words) return;
    const timer = setTimeout(() => narrow(wanted), REST);
    return () => clearTimeout(timer);
    // The words of the address follow the text, not the other way round.
  }, [wanted, composing]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const open = async (number: string) => {
    try {
      const page = await take<'TicketPage'>(GET('/v1/tickets', { params: { query: { number } } }));
      const found = page.items[0];
      if (found) void go(`/tickets/${found.id}`);
      else setSaid('没有这个编号的案件');
    } catch (error) {
      setSaid(error instanceof Error ? error.message : '没有查到');
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSaid('');
    if (NUMBER.test(wanted)) void open(wanted.toUpperCase());
    else if (wanted.length >= FEWEST) void go(`/search?${new URLSearchParams({ words: wanted })}`);
  };
  return (
    <form className="row" role="search" onSubmit={submit}>
      <div className="search">
        <Input
          ref={box}
          aria-label="搜索案件的编号或文字"
          placeholder="编号或文字"
          maxLength={LONGEST}
          value={text}
          onChange={(typed) => {
            setSaid('');
            setText(typed);
          }}
          onComposing={setComposing}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setText('');
            setSaid('');
            if (live) narrow('');
            box.current?.blur();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <span className={said ? 'fault' : 'small muted'} role="status">
        {said || (wanted.length === 1 ? `至少 ${FEWEST} 个字` : '')}
      </span>
    </form>
  );
}
