/**
 * What the console shows a role: one table of powers, as the server grants them, and the places that need them. Only what
 * no answer tells: buttons of a case, an act or a task come with it. The server has the last word.
 */
import type { S } from './api';

type Role = S['Role'];

const ABOVE = ['dispatcher', 'coordinator', 'command', 'leader', 'oversight', 'institution', 'admin'] as const;
const UNIT = ['handler', 'unit_head'] as const;

const POWERS = {
  /** Decides what the machine leaves open. */
  settle: ['dispatcher', 'inspector', 'command'],
  boards: [...ABOVE, 'inspector', 'publicity', ...UNIT],
  screen: [...ABOVE, 'inspector', 'publicity'],
  papers: [...ABOVE, ...UNIT],
  rechecks: ['inspector', 'grid_worker', 'dispatcher', 'command', 'coordinator', 'leader', 'oversight', 'admin'],
  /** Makes programmes. */
  plan: ['dispatcher', 'coordinator', 'command', 'admin'],
  /** Issues acts of supervision and accountability. */
  issue: ['dispatcher', 'coordinator', 'leader', 'command'],
  /** Holds a case up to the public, and lets out what another drafted. */
  expose: ['publicity', 'dispatcher', 'coordinator'],
  people: ['admin'],
  'import-base': ['admin'],
  'import-register': ['admin', 'dispatcher', 'institution'],
  'import-patches': ['admin', 'dispatcher'],
  registers: [...ABOVE, 'inspector', 'publicity'],
  rules: [...ABOVE, 'inspector'],
  'write-rules': ['admin', 'institution'],
  operate: ['admin'],
  subscribe: ['admin', 'integration'],
} satisfies Record<string, readonly Role[]>;

export type Power = keyof typeof POWERS;

export const may = (role: Role, power: Power): boolean => (POWERS[power] as readonly Role[]).includes(role);

/** Where a role begins. */
export const homeOf = (role: Role | undefined) => (role === 'leader' ? '/boards' : '/desk');

export interface Place {
  to: string;
  label: string;
  needs?: Power;
}

export const STUDY: Place[] = [
  { to: '/map', label: '一张图' },
  { to: '/boards', label: '看板', needs: 'boards' },
  { to: '/screen', label: '大屏', needs: 'screen' },
];

export const RHYTHM: Place[] = [
  { to: '/rhythm/papers', label: '公文', needs: 'papers' },
  { to: '/rhythm/tasks', label: '任务' },
  { to: '/rhythm/programmes', label: '计划' },
  { to: '/rhythm/rechecks', label: '回头看', needs: 'rechecks' },
  { to: '/rhythm/acts', label: '督办问责' },
  { to: '/rhythm/exposures', label: '曝光' },
  { to: '/rhythm/lists', label: '三张清单' },
];

export const SETUP: Place[] = [
  { to: '/setup/people', label: '人员与权限', needs: 'people' },
  { to: '/setup/imports', label: '导入', needs: 'import-register' },
  { to: '/setup/registers', label: '台账', needs: 'registers' },
  { to: '/setup/books', label: '类别与标准', needs: 'registers' },
  { to: '/setup/rules', label: '规则', needs: 'rules' },
  { to: '/setup/jobs', label: '后台任务', needs: 'operate' },
  { to: '/setup/subscriptions', label: '事件订阅', needs: 'subscribe' },
  { to: '/setup/health', label: '运行状况', needs: 'operate' },
];
