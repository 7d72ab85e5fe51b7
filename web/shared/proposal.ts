/**
 * What the machine would do with a ticket that came to a person, read from the doubts the answer carries.
 * A proposal is made only for an action the answer allows; where the machine has no opinion there is none.
 */
import type { components } from './openapi';

type S = components['schemas'];

export interface Proposal {
  action: S['ActionKind'];
  /** One sentence: what would be done and on what ground. */
  sentence: string;
  /** The body of the action, complete. */
  body: Record<string, unknown>;
}

const percent = (share: number) => `${Math.round(share * 100)}%`;

function placed(doubt: S['Doubt']): Proposal | null {
  const best = [...(doubt.candidates ?? [])].sort((one, other) => other.likelihood - one.likelihood)[0];
  if (!best || !doubt.layer) return null;
  return {
    action: 'confirm_place',
    sentence: `归入可能性最大的「${best.name}」(${percent(best.likelihood)})`,
    body: {
      grids: { [doubt.layer]: best.code },
      reason: `采用系统建议:${best.name} 可能性 ${percent(best.likelihood)}`,
    },
  };
}

function merged(doubt: S['Doubt']): Proposal | null {
  if (!doubt.ticket_id) return null;
  const sure = doubt.probability === undefined ? '' : `(相似度 ${percent(doubt.probability)})`;
  return {
    action: 'merge',
    sentence: `并入疑似的同一案件${sure}`,
    body: { into: doubt.ticket_id, reason: `采用系统建议:疑似重复${sure}` },
  };
}

function reworked(ticket: S['Ticket']): Proposal | null {
  const doubts = ticket.proof?.checks.filter((check) => check.outcome !== 'pass') ?? [];
  if (doubts.length === 0) return null;
  const why = doubts.map((check) => check.label).join('、');
  return {
    action: 'rework',
    sentence: `退回返工:${why}未通过`,
    body: {
      reason: doubts
        .map((check) => check.text)
        .join(';')
        .slice(0, 500),
    },
  };
}

function ruled(ticket: S['Ticket']): Proposal | null {
  const { proposed, by } = ticket.state;
  if (!proposed) return null;
  return {
    action: 'rule',
    sentence: `按${by?.name ?? '退单单位'}所指,改由「${proposed.name}」主办`,
    body: {
      lead: proposed.code,
      reason: `采纳退单理由:${ticket.state.reason ?? '无'}`.slice(0, 500),
    },
  };
}

function filed(ticket: S['Ticket'], catalogue: S['Catalogue'] | undefined): Proposal | null {
  const hint = ticket.category_hint;
  const category = catalogue?.worklines.flatMap((line) => line.categories).find((one) => one.code === hint?.code);
  const standard = category?.standards[0];
  if (!category || !standard || category.standards.length > 1) return null;
  return {
    action: 'file',
    sentence: `按「${category.name}」挂号立案`,
    body: { category: category.code, standard: standard.code },
  };
}

function answer(doubt: S['Doubt'], ticket: S['Ticket'], catalogue: S['Catalogue'] | undefined): Proposal | null {
  switch (doubt.kind) {
    case 'border':
      return placed(doubt);
    case 'duplicate':
      return merged(doubt);
    case 'doubtful_proof':
      return reworked(ticket);
    case 'dispute':
      return ruled(ticket);
    case 'no_category':
      return filed(ticket, catalogue);
    default:
      return null;
  }
}

/** The machine's answer to the first doubt it can answer, or null. */
export function propose(ticket: S['Ticket'], catalogue?: S['Catalogue']): Proposal | null {
  const allowed = new Set(ticket.allowed_actions.map((one) => one.action));
  for (const doubt of ticket.attention) {
    const found = answer(doubt, ticket, catalogue);
    if (found && allowed.has(found.action)) return found;
  }
  return null;
}
