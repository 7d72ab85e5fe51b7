import type { S } from '../lib/api';

/** Layers of grids, short enough for a switch. */
export const NAMES: Record<S['Layer'], string> = { community: '责任网格', inspection: '巡管', enforcement: '执法', area: '片区' };
