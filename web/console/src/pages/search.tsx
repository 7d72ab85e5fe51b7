/** Search from every page: a number opens its ticket, other words narrow the desk's list. */
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { GET, take } from '../lib/api';
import { isTyping } from './ticket/acts-bar';

const NUMBER = /^[A-Za-z]*\d{4}-\d+$/;

export function SearchBox() {
  const box = useRef<HTMLInputElement>(null);
  const go = useNavigate();
  const { pathname } = useLocation();
  const [search, setSearch] = useSearchParams();
  const [said, setSaid] = useState('');
  const words = pathname === '/desk' ? (search.get('words') ?? '') : '';
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      box.current?.focus();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const narrow = (text: string) => {
    const next = new URLSearchParams(pathname === '/desk' ? search : { q: 'all' });
    if (text) next.set('words', text);
    else next.delete('words');
    if (pathname === '/desk') setSearch(next, { replace: true });
    else void go(`/desk?${next}`);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const text = box.current?.value.trim() ?? '';
    setSaid('');
    if (!NUMBER.test(text)) return narrow(text);
    try {
      const page = await take<'TicketPage'>(GET('/v1/tickets', { params: { query: { number: text.toUpperCase() } } }));
      const found = page.items[0];
      if (found) void go(`/tickets/${found.id}`);
      else setSaid('没有这个编号的案件');
    } catch (error) {
      setSaid(error instanceof Error ? error.message : '没有查到');
    }
  };
  return (
    <form className="row" role="search" onSubmit={submit}>
      <div className="search">
        <input
          key={words}
          ref={box}
          className="input"
          aria-label="搜索案件编号,或在当前队列中找文字"
          placeholder="案件编号,或当前队列中的文字"
          defaultValue={words}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            narrow('');
            box.current?.blur();
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <span className="fault" role="status">
        {said}
      </span>
    </form>
  );
}
