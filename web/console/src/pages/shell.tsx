/** The frame of every page: where one can go with live counts, who one is, the theme, what the connection does. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, NavLink, Outlet, useLocation, useSearchParams } from 'react-router';
import { OFFLINE } from '../../../shared/words';
import { follow } from '../lib/live';
import { Guard } from '../parts/guard';
import { Segments } from '../parts/segments';
import { useMe, useOnline, useStored } from '../lib/hooks';
import { statistics } from '../lib/queries';
import { queueOf, QUEUES } from '../lib/queues';
import { may, RHYTHM, SETUP, STUDY, type Place } from '../lib/roles';
import { logout } from '../lib/session';
import { isDark, setTheme, theme, type Theme } from '../lib/theme';
import { Notices } from './notices';
import { SearchBox } from './search/box';
import { Button } from '../parts/button';
import { Menu } from '../parts/menu';

export interface SavedFilter {
  name: string;
  search: string;
}

function QueueLinks() {
  const { data } = useQuery(statistics);
  const me = useMe();
  const at = useLocation();
  const [search] = useSearchParams();
  const [saved] = useStored<SavedFilter[]>('suishoupai.filters', []);
  const onDesk = at.pathname === '/desk';
  const picked = queueOf(search, me.role).queue.id;
  const own = saved.find((one) => onDesk && one.search === strip(search))?.name;
  return (
    <>
      <h2>督查台</h2>
      {QUEUES.map((queue) => {
        const count = data ? queue.count(data) : undefined;
        return (
          <Link
            key={queue.id}
            to={`/desk?q=${queue.id}`}
            aria-current={onDesk && !own && picked === queue.id ? 'page' : undefined}
            className="queue"
            data-queue={queue.id}
          >
            {queue.label}
            <span className={`n num ${queue.alarming && count ? 'late' : ''}`}>{count ?? ''}</span>
          </Link>
        );
      })}
      {saved.map((one) => (
        <Link key={one.name} to={`/desk?${one.search}`} aria-current={own === one.name ? 'page' : undefined} className="queue">
          <span className="cut">{one.name}</span>
          <span className="n small">自存</span>
        </Link>
      ))}
    </>
  );
}

/** An address's filter without the ticket chosen. */
export function strip(search: URLSearchParams): string {
  const copy = new URLSearchParams(search);
  copy.delete('t');
  return copy.toString();
}

function Places({ title, places }: { title: string; places: Place[] }) {
  const me = useMe();
  const seen = places.filter((one) => !one.needs || may(me.role, one.needs));
  if (seen.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      {seen.map((one) => (
        <NavLink key={one.to} to={one.to}>
          {one.label}
        </NavLink>
      ))}
    </>
  );
}

const THEMES: Record<Theme, string> = { system: '跟随系统', light: '浅色', dark: '深色' };

function Account() {
  const me = useMe();
  const [chosen, choose] = useState(theme);
  return (
    <Menu
      className="stack tight"
      says={
        <>
          {me.name} <span className="muted">{me.role_label}</span>
        </>
      }
    >
      <p className="small muted">{me.department?.name ?? me.username}</p>
      <Segments
        label="配色"
        options={THEMES}
        value={chosen}
        set={(one) => {
          setTheme(one);
          choose(one);
        }}
      />
      <Button onClick={() => void logout()}>退出登录</Button>
    </Menu>
  );
}

function ThemeSwitch() {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const change = () => setDark(isDark());
    window.addEventListener('themechange', change);
    return () => window.removeEventListener('themechange', change);
  }, []);
  return (
    <Button bare aria-label={dark ? '换成浅色' : '换成深色'} onClick={() => setTheme(dark ? 'light' : 'dark')}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
      </svg>
    </Button>
  );
}

export function Shell() {
  const client = useQueryClient();
  const online = useOnline();
  const at = useLocation();
  useEffect(() => follow(client), [client]);
  useEffect(() => {
    if (online) void client.invalidateQueries();
  }, [client, online]);
  return (
    <div className="shell">
      <nav className="nav" aria-label="导航">
        <Link to="/" className="brand">
          <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" />
          随手拍督查台
        </Link>
        <QueueLinks />
        <Places title="研判" places={STUDY} />
        <Places title="调度" places={RHYTHM} />
        <Places title="设置" places={SETUP} />
      </nav>
      <header className="top">
        <SearchBox />
        <span className="push" />
        <Notices />
        <ThemeSwitch />
        <Account />
      </header>
      <div className="notice" role="status">
        {!online && <p className="bar-offline">{OFFLINE}</p>}
      </div>
      <main id="main" tabIndex={-1}>
        <Guard key={at.pathname.split('/')[1]} what="页面">
          <Outlet />
        </Guard>
      </main>
    </div>
  );
}
