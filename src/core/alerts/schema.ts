import { z } from 'zod';
import { durationMs } from '../config/duration.js';
import { notifySchema } from '../config/notify-schema.js';
import { didYouMean } from '../did-you-mean.js';
import { timedPhases } from '../run/timed-phases.js';
import { usualMemoryBounds } from './memory.js';

const names: readonly string[] = timedPhases;
/** One that no run is ever in would never cross its bound. */
const phaseName = z.string().refine((name) => names.includes(name), { error: ({ input }) => `no phase of a run; there are ${names.join(', ')}${didYouMean(String(input), names)}` });

/** A bound of a phase: a duration, or one with what is done when it is crossed. */
const phaseBound = z
  .union([durationMs, z.strictObject({ bound: durationMs, action: z.enum(['tell', 'roll_back']).default('tell') })], { error: 'must be a duration such as "2h", or a table such as { bound = "2h", action = "roll_back" } with the action `tell` or `roll_back`' });

/** `[alerts]` of a fleet file: what the hub looks at by itself, for those who have no Prometheus. Absent: nothing. */
export const alertsSchema = z.strictObject({
  every: durationMs.default(300_000).describe('How often the bounds are looked at.'),
  window: durationMs.default(86_400_000).describe('Of how long back the percentiles and the throughput are.'),
  remind: durationMs.default(86_400_000).describe('An alert that stays is told again after so long.'),
  escalate: durationMs.default(259_200_000).describe('One that stays so long is told as an escalation, once.'),
  phase_p95: z.record(phaseName, phaseBound).default({}).describe('Bounds by phase (`execute = "2h"`): the 95th percentile of what the runs of a target took for it. With `{ bound = "2h", action = "roll_back" }` what was accepted since the phase was within its bound is rolled back.'),
  throughput: z.number().min(0).max(1).default(0.8).describe('Decided trials per hour of the window, as a share of what earlier windows had; 0: none is wanted.'),
  scale_hook: z.string().min(1).max(2000).optional().describe('A command that is run on the host of the hub when the throughput is below its bound while work waits; it gets the alert as JSON on its standard input.'),
  money_per_day: z.number().positive().max(1e9).optional().describe('US dollars of models and agents within 24 hours.'),
  approval: durationMs.default(86_400_000).describe('A question to a person that is open for longer is told.'),
  notify: z.array(notifySchema).max(20).default([]).describe('Who is told when an alert is raised, stays, and is cleared: as `[[notify]]` of perfloop.toml, with the event `alert`.'),
  memory: z.number().min(0).max(1e6).default(usualMemoryBounds.most).describe('Megabytes that a worker may hold for three minutes, after its first hour; what it did about its memory (cleaned up, began anew) is told with it; 0: any.'),
  memory_growth: z.number().min(0).max(1e6).default(usualMemoryBounds.mostGrowth).describe('Megabytes an hour by which it may grow, seen over two hours; 0: any.'),
  host_failures: z.int().min(1).max(1000).default(5).describe('A host on which so much work in a row failed for reasons of its own (a full disk, a sandbox that does not start) is drained.'),
});

/** Durations in milliseconds. */
export type AlertRules = z.output<typeof alertsSchema>;
