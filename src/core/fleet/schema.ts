import { z } from 'zod';
import { alertsSchema } from '../alerts/schema.js';
import { durationMs } from '../config/duration.js';
import { machineSchema } from '../config/schema.js';
import { relativePath, revision } from '../config/values.js';
import { cadenceForms, parseCadence } from './cadence.js';
import { calendarsOf } from './calendar.js';
import { repositoryProblem } from './repository.js';
import { mostOpen } from './sweep.js';

/** So many of its last runs a schedule remembers. */
const mostRemembered = 10;

/** It becomes a part of schedule and workflow ids, and of folders. */
const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be lower-case letters, digits and `-`, at most 60, a letter or digit first');

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether there is ever such a day: the 30th of February is none. What is no cadence was refused already. */
function comes(text: string): boolean {
  const cadence = parseCadence(text);
  return cadence?.kind !== 'cron' || calendarsOf(cadence).some(({ month, dayOfMonth }) => month.some((at) => dayOfMonth.some((day) => day <= (daysOfMonth[at - 1] ?? 0))));
}

const settings = {
  branch: revision.optional().describe('The branch whose head is run. Default: the one that the repository itself has as HEAD.'),
  config: relativePath.optional().describe('The config: a file of the repository. Default: its `perfloop.toml`.'),
  tag: machineSchema.unwrap().shape.tag.unwrap().optional().describe('The kind of machine it needs. Default: `machine.tag` of its config.'),
  priority: z.int().min(1).max(5).optional().describe('1 is served first, 5 last. Default: 3.'),
  weight: z.number().min(0.001).max(1000).optional().describe('The share of its repository of the machines within one priority, by that of the others. Default: 1.'),
  cadence: z.string().refine((text) => parseCadence(text) !== null, `must be ${cadenceForms}; the shortest is every 1m, the longest every 366d`).refine((text) => comes(text), 'never comes: no such month has such a day').optional().describe(`When it is run: ${cadenceForms}. Default: \`manual\`.`),
  time_zone: z.string().refine(isTimeZone, { error: ({ input }) => `must be a time zone such as UTC or Europe/Berlin, got ${JSON.stringify(input)}` }).optional().describe('In which `cadence` is meant. Default: UTC.'),
  watch: z.boolean().optional().describe('Each new head is compared with the last one, and a commit that made it slower is looked for; nothing is made faster. See watch.md. Default: false.'),
  jitter: durationMs.optional().describe('A run begins up to this much later, at random, so that not all begin at once. Default: 10m.'),
  catch_up: durationMs.optional().describe('A run that was missed, as nothing was up, is made up for within this time. Default: 1h.'),
  pause_after: z.int().min(1).max(mostRemembered).optional().describe('It is paused, with the reason, after so many failures in a row, at most 10: a schedule remembers no more. Default: 3.'),
  max_wall: durationMs.optional().describe('Budget of wall time for a run; see `loop.max_wall`. Default: that of its config.'),
  max_trials: z.int().min(1).max(100_000).optional().describe('Budget of trials for a run; see `loop.max_trials`. Default: that of its config.'),
  money: z.number().positive().max(1e9).optional().describe('US dollars of models and agents for a run; see `budget.money`. Default: that of its config.'),
  overrides: z.record(z.string(), z.unknown()).optional().describe('Tables and keys of `perfloop.toml` that hold here in place of those of the repository.'),
};

export const fleetSchema = z.strictObject({
  fleet: z.strictObject({
    name: slug.describe('Names its schedules and its runs; another fleet of the same server has another name.'),
    open: z.int().min(1).max(mostOpen).optional().describe('Runs that a sweep (`perfloop fleet run`) has open at once. Default: twice as many as there are hosts.'),
  }),
  defaults: z.strictObject(settings).prefault({}).describe('What holds for all targets that do not say otherwise.'),
  alerts: alertsSchema.optional().describe('What the hub looks at by itself, and tells of. Absent: nothing.'),
  targets: z.array(z.strictObject({
    name: slug.describe('Unique in the fleet.'),
    repository: z.string().min(1).max(2000).superRefine((text, context) => {
      const problem = repositoryProblem(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    }).describe('A git URL, or a path: absolute, or relative to this file.'),
    paused: z.boolean().default(false).describe('Its schedule stands still until this is taken away.'),
    ...settings,
  })).min(1).max(100_000),
});

export type FleetFile = z.output<typeof fleetSchema>;
export type FleetSettings = FleetFile['defaults'];

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
