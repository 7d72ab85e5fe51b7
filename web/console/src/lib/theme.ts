/** Light, dark, or as the system has it; kept on this machine. */
export type Theme = 'light' | 'dark' | 'system';

const KEY = 'suishoupai.theme';

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function setTheme(next: Theme) {
  if (next === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  applyTheme();
}

export function isDark(): boolean {
  const now = theme();
  return now === 'dark' || (now === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}

function wear(shown: 'light' | 'dark') {
  document.documentElement.dataset.theme = shown;
  window.dispatchEvent(new Event('themechange'));
}

/** Writes the theme on the page; called at start, on change, and when the system changes. */
export const applyTheme = () => wear(isDark() ? 'dark' : 'light');

/** Shows the page in light without choosing it, until the theme is applied again. */
export const wearLight = () => wear('light');
