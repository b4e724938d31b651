import type { Protocol, Schedule } from './schedule.js';
import type { Schedules } from './schedules.js';

/** The schedules of rules of version 1, which do not hold them: one build of each side in each stage. */
const once = { builds: 1, unit: 'pair' } as const;

const screening: Schedule = {
  warmups: 0,
  ...once,
  looks: [
    { pairs: 4, alpha: 0.0626, futility: 0.3 },
    { pairs: 5, alpha: 0.066, futility: 0.27 },
    { pairs: 6, alpha: 0.084, futility: 0.24 },
    { pairs: 10, alpha: 0.105, futility: 0.22 },
    { pairs: 20, alpha: 0.092, futility: 0.2 },
  ],
};

const confirmation: Schedule = {
  warmups: 0,
  ...once,
  looks: [
    { pairs: 9, alpha: 0.002, futility: 0.02 },
    { pairs: 15, alpha: 0.0042, futility: 0.02 },
    { pairs: 28, alpha: 0.0025, futility: 0.02 },
    { pairs: 60, alpha: 0.0013, futility: 0.02 },
  ],
};

export function firstSchedules(protocol: Protocol): Schedules {
  if (protocol.kind === 'sequential') return { screen: screening, confirm: confirmation };
  const { warmups, runs } = protocol;
  return { screen: null, confirm: { warmups, ...once, looks: [{ pairs: runs, alpha: Math.max(0.01, 2 ** -runs), futility: 0.02 }] } };
}
