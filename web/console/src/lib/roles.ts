/** Which parts of the console a role is shown. Only a convenience: the server decides what it answers. */
import type { S } from './api';

type Role = S['Role'];
const LEADING: Role[] = ['leader', 'command', 'coordinator', 'dispatcher', 'inspector', 'oversight', 'institution', 'publicity', 'admin'];

/** Who may hold a case up to the public, and let out what another drafted. */
export const SHOWERS: Role[] = ['publicity', 'dispatcher', 'coordinator'];

export interface Place {
  to: string;
  label: string;
  roles?: Role[];
}

export const STUDY: Place[] = [
  { to: '/map', label: '一张图' },
  { to: '/boards', label: '看板' },
  { to: '/screen', label: '大屏', roles: LEADING },
];

export const RHYTHM: Place[] = [
  { to: '/rhythm/papers', label: '公文' },
  { to: '/rhythm/tasks', label: '任务' },
  { to: '/rhythm/programmes', label: '计划' },
  { to: '/rhythm/rechecks', label: '回头看' },
  { to: '/rhythm/acts', label: '督办问责' },
  { to: '/rhythm/exposures', label: '曝光' },
  { to: '/rhythm/lists', label: '三张清单' },
];

export const SETUP: Place[] = [
  { to: '/setup/people', label: '人员与权限', roles: ['admin'] },
  { to: '/setup/imports', label: '导入', roles: ['admin', 'dispatcher', 'institution'] },
  { to: '/setup/registers', label: '台账', roles: LEADING },
  { to: '/setup/books', label: '类别与标准', roles: LEADING },
  { to: '/setup/rules', label: '规则', roles: ['admin', 'institution', 'dispatcher', 'command', 'coordinator', 'leader'] },
  { to: '/setup/jobs', label: '后台任务', roles: ['admin'] },
  { to: '/setup/subscriptions', label: '事件订阅', roles: ['admin', 'integration'] },
  { to: '/setup/health', label: '运行状况', roles: ['admin'] },
];

export const may = (place: Place, role: Role) => !place.roles || place.roles.includes(role);
