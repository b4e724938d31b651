import type { Alert, AlertEvent } from './book.js';
import type { AlertAction, Condition } from './conditions.js';
import type { AlertRules } from './schema.js';

/** What is watched, and by which bounds. */
export interface AlertSettings {
  rules: AlertRules;
  /** The kinds of machine that targets of the fleet need. */
  tags: string[];
  who: string;
}

/** Argument of the `alerts` workflow, which watches one fleet. */
export interface AlertsInput {
  v: 1;
  fleet: string;
  queuePrefix: string;
  settings: AlertSettings;
}

/** Somebody takes care of an alert: it is told no more until it is over. */
export interface Acknowledge {
  v: 1;
  alert: string;
  who: string;
  why: string;
}

/** The answer of its `status` query. Times in milliseconds since the epoch. */
export interface AlertsStatus {
  open: Alert[];
  /** When the bounds were looked at last; null: not yet. */
  lookedAt: number | null;
  /** Why the last look failed; null: it did not. */
  problem: string | null;
  /** What was told last, the latest first. */
  told: { at: number; kind: AlertEvent['kind']; id: string; text: string }[];
}

export interface AlertActivities {
  /** The bounds that are crossed now, at most 100. */
  lookAtFleet(input: { v: 1; fleet: string; queuePrefix: string; at: number } & AlertSettings): Promise<Condition[]>;
  /** Does what an alert asks for; gives in words what was done. */
  actOnAlert(input: { v: 1; fleet: string; queuePrefix: string; at: number; rules: AlertRules; alert: Alert; action: AlertAction }): Promise<string>;
  /** Writes what is told into the log of the hub. */
  tellAlerts(input: { v: 1; fleet: string; at: number; events: AlertEvent[] }): Promise<void>;
}

/** The workflow that watches a fleet: one each. */
export function alertsId(prefix: string, fleet: string): string {
  return `${prefix}/alerts/${fleet}`;
}

export const alertMessages = { settings: 'settings', acknowledge: 'acknowledge', stop: 'stop', status: 'status' } as const;
/** In its memo, so that a client can read it where no worker is up. */
export const settingsMemo = 'settings';
