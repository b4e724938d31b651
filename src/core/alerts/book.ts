import type { AlertAction, Condition } from './conditions.js';
import type { AlertRules } from './schema.js';

/** An alert that is open. */
export interface Alert extends Omit<Condition, 'action'> {
  /** When the bound was first seen crossed, milliseconds. */
  since: number;
  /** When people were told last; null: not yet. */
  toldAt: number | null;
  escalated: boolean;
  /** How often in a row it was seen, and how often in a row no longer. */
  seen: number;
  gone: number;
  /** In words, what was done about it. */
  done: string | null;
  /** Who takes care of it: it is told no more. */
  acknowledged: { who: string; why: string; at: number } | null;
}

export interface AlertEvent {
  kind: 'raised' | 'reminder' | 'escalation' | 'cleared';
  alert: Alert;
}

/** A bound has to be crossed, and kept again, so often in a row: one late reading is nobody's night. */
const timesInARow = 2;

export interface Booked {
  open: Alert[];
  /** What people are told now. */
  events: AlertEvent[];
  /** What is to be done now, once for each alert. */
  actions: { alert: string; action: AlertAction }[];
}

/** What becomes of the open alerts with what is crossed now. Pure: the same inputs, the same events. */
export function book(open: readonly Alert[], conditions: readonly Condition[], at: number, rules: Pick<AlertRules, 'remind' | 'escalate'>): Booked {
  const crossed = new Map(conditions.map((condition) => [condition.id, condition]));
  const result: Booked = { open: [], events: [], actions: [] };
  const known = new Set(open.map(({ id }) => id));
  const fresh = [...crossed.values()].filter(({ id }) => !known.has(id)).map((condition): Alert => ({ ...withoutAction(condition), since: at, toldAt: null, escalated: false, seen: 0, gone: 0, done: null, acknowledged: null }));
  for (const before of [...open, ...fresh]) {
    const condition = crossed.get(before.id);
    if (condition === undefined) {
      const alert: Alert = { ...before, seen: 0, gone: before.gone + 1 };
      // Nobody was told of it, so nobody is told that it is over.
      if (alert.toldAt === null) continue;
      if (alert.gone < timesInARow) result.open.push(alert);
      else result.events.push({ kind: 'cleared', alert });
      continue;
    }
    const alert: Alert = { ...before, ...withoutAction(condition), seen: before.seen + 1, gone: 0 };
    const kind = eventOf(alert, at, rules);
    if (kind !== null) {
      alert.toldAt = at;
      alert.escalated ||= kind === 'escalation';
      result.events.push({ kind, alert });
    }
    if (kind === 'raised' && condition.action !== null) result.actions.push({ alert: alert.id, action: condition.action });
    result.open.push(alert);
  }
  return result;
}

function eventOf({ seen, since, toldAt, escalated, acknowledged }: Alert, at: number, { remind, escalate }: Pick<AlertRules, 'remind' | 'escalate'>): AlertEvent['kind'] | null {
  if (toldAt === null) return seen >= timesInARow ? 'raised' : null;
  if (acknowledged !== null) return null;
  if (!escalated && at - since >= escalate) return 'escalation';
  return at - toldAt >= remind ? 'reminder' : null;
}

function withoutAction({ id, kind, subject, text, fix }: Condition): Omit<Condition, 'action'> {
  return { id, kind, subject, text, fix };
}
