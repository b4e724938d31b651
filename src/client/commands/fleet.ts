import type { Command } from 'commander';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

const fileOption = ['-f, --file <fleet.toml>', 'the fleet file (default: fleet.toml here)'] as const;

/** The verbs about many repositories. */
export function declareFleetVerbs(program: Command, finish: Finish): void {
  const summary = 'many repositories, each by its schedule: apply, diff, status, run, pause, resume, remove';
  const fleet = program.command('fleet').summary(summary).description(summary);

  declareVerb<{ file?: string; force?: boolean }>(fleet, finish, {
    usage: 'apply',
    summary: 'make the schedules on the server what the fleet file says; prints what changes',
    details: 'Applied twice, the second time does nothing. A schedule that somebody changed by hand is shown, and left as it is without --force: then the exit code is 2.',
    options: [fileOption, ['--force', 'overwrite what was changed by hand']],
    examples: ['perfloop fleet apply', 'perfloop fleet apply --file nightly.toml'],
    async action(context, { file, force = false }) {
      const { fleetApply } = await import('../verbs/fleet.js');
      const { printFleetChanges } = await import('../print/fleet.js');
      const applied = await fleetApply(context, file, { force });
      emit(context, applied, printFleetChanges);
      return applied.changes.some(({ done }) => done === false) ? 2 : 0;
    },
  });

  declareVerb<{ file?: string }>(fleet, finish, {
    usage: 'diff',
    summary: 'what apply would change',
    options: [fileOption],
    examples: ['perfloop fleet diff --json'],
    async action(context, { file }) {
      const { fleetDiff } = await import('../verbs/fleet.js');
      const { printFleetChanges } = await import('../print/fleet.js');
      emit(context, await fleetDiff(context, file), printFleetChanges);
      return 0;
    },
  });

  declareVerb<{ file?: string }>(fleet, finish, {
    usage: 'status',
    summary: 'each target: its schedule, its last run, its next one',
    options: [fileOption],
    examples: ['perfloop fleet status'],
    async action(context, { file }) {
      const { fleetStatus } = await import('../verbs/fleet.js');
      const { printFleetStatus } = await import('../print/fleet.js');
      emit(context, await fleetStatus(context, file), printFleetStatus);
      return 0;
    },
  });

  const steering = [
    ['run', 'begin runs now, besides the schedules'],
    ['pause', 'let schedules stand still; runs that are under way go on'],
    ['resume', 'let paused schedules go on'],
    ['remove', 'take schedules off the server; runs that are under way go on'],
  ] as const;
  for (const [verb, text] of steering) {
    declareVerb<{ file?: string; reason?: string }>(fleet, finish, {
      usage: `${verb} [targets...]`,
      summary: `${text}; of all targets where none is named`,
      options: [fileOption, ...(verb === 'pause' || verb === 'resume' ? [['--reason <text>', 'why; kept in the schedule'] as const] : [])],
      examples: [`perfloop fleet ${verb} gl-matrix`],
      async action(context, { file, reason = '' }, ...names) {
        const { fleetSteer } = await import('../verbs/fleet.js');
        const { printFleetSteered } = await import('../print/fleet.js');
        emit(context, await fleetSteer(context, verb, file, names.filter((name) => name !== undefined), reason), printFleetSteered);
        return 0;
      },
    });
  }
}
