/** Printing: in light whatever the screen shows, every page headed by whose it is and when it was printed; print.css reads both. */
import type { QueryClient } from '@tanstack/react-query';
import { now } from './clock';
import { config } from './queries';
import { applyTheme, wearLight } from './theme';

const when = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'long', timeStyle: 'short' });

export function preparePrint(client: QueryClient) {
  const page = document.documentElement;
  window.addEventListener('beforeprint', () => {
    const district = client.getQueryData(config.queryKey)?.district;
    page.style.setProperty('--printed-of', JSON.stringify([district, '随手拍督查台'].filter(Boolean).join(' · ')));
    page.style.setProperty('--printed-at', JSON.stringify(`打印于 ${when.format(now())}`));
    wearLight();
  });
  window.addEventListener('afterprint', applyTheme);
}
