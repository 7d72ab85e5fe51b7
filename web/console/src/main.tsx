import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { preparePrint } from './lib/print';
import { NetworkGone } from './lib/refusal';
import { applyTheme } from './lib/theme';
import './styles/tokens.css';
import './styles/base.css';
import './styles/tdesign.css';
import './styles/parts.css';
import './styles/shell.css';
import './styles/desk.css';
import './styles/ticket.css';
import './styles/map.css';
import './styles/rhythm.css';
import './styles/setup.css';
import './styles/boards.css';
import './styles/print.css';

applyTheme();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      networkMode: 'always',
      retry: (failures, error) => error instanceof NetworkGone && failures < 2,
    },
  },
});

preparePrint(client);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
