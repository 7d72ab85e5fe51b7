/** Which page stands at which address. Pages beyond the desk are loaded when first opened. */
import { ConfigProvider } from 'tdesign-react/es/config-provider';
import { lazy, Suspense, useEffect } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { useQuery } from '@tanstack/react-query';
import { useSession } from './lib/hooks';
import { config } from './lib/queries';
import { homeOf } from './lib/roles';
import { resume } from './lib/session';
import { connection } from './lib/connection';
import { DeskPage } from './pages/desk/page';
import { LoginAgain, LoginPage } from './pages/login';
import { Shell } from './pages/shell';
import { TicketPage } from './pages/ticket/page';
import { Empty, Skeleton } from './parts/states';
import { Toasts } from './parts/toast';

const BoardsPage = lazy(() => import('./pages/boards/page'));
const MapPage = lazy(() => import('./pages/map/page'));
const SearchPage = lazy(() => import('./pages/search/page'));

const RhythmPage = lazy(() => import('./pages/rhythm/page'));
const SetupPage = lazy(() => import('./pages/setup/page'));
const ScreenPage = lazy(() => import('./pages/boards/screen'));

function Start() {
  const { account } = useSession();
  return <Navigate to={homeOf(account?.role)} replace />;
}

function Pages() {
  return (
    <Suspense
      fallback={
        <div className="page">
          <Skeleton lines={[40, 320]} />
        </div>
      }
    >
      <Routes>
        <Route path="screen" element={<ScreenPage />} />
        <Route element={<Shell />}>
          <Route index element={<Start />} />
          <Route path="desk" element={<DeskPage />} />
          <Route path="tickets/:id" element={<TicketPage />} />
          <Route path="boards/:name?" element={<BoardsPage />} />
          <Route path="rhythm/*" element={<RhythmPage />} />
          <Route path="setup/*" element={<SetupPage />} />
          <Route path="search" element={<SearchPage />} />
          <Route path="map" element={<MapPage />} />
          <Route path="*" element={<Empty says="没有这个页面">请从左边的导航选择。</Empty>} />
        </Route>
      </Routes>
    </Suspense>
  );
}

/** No waves from under the pointer. */
const CALM = { animation: { exclude: ['ripple' as const] } };

/** Tries to take up the last session until the server can be reached. */
function useResume() {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const go = () =>
      resume().catch(() => {
        void connection.watch(Promise.resolve(new Response(null, { status: 503 })));
        timer = setTimeout(() => void go(), 3_000);
      });
    void go();
    return () => clearTimeout(timer);
  }, []);
}

export function App() {
  const { phase } = useSession();
  const known = useQuery(config).data;
  useResume();
  if (phase === 'starting' || (phase !== 'out' && !known)) return <Empty says="正在连接服务器…" />;
  return (
    <ConfigProvider globalConfig={CALM}>
      <BrowserRouter basename="/console" useTransitions={false}>
        {phase === 'out' ? <LoginPage /> : <Pages />}
        {phase === 'expired' && <LoginAgain />}
        <Toasts />
      </BrowserRouter>
    </ConfigProvider>
  );
}
