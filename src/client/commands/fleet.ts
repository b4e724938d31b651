import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from '../../core/errors.js';
import { mostOpen } from '../../core/fleet/sweep.js';
import { emit, note, type CliContext } from '../context.js';
import type { SweepLook } from '../fleet/sweep.js';
import type { SweepFollowed, SweepSteering } from '../verbs/fleet-sweep.js';
import { declareVerb, positiveInteger, type Finish } from './declare.js';

const fileOption = ['-f, --file <fleet.toml>', 'the fleet file (default: fleet.toml here)'] as const;

/** The verbs about many repositories. */
export function declareFleetVerbs(program: Command, finish: Finish): void {
  const summary = 'many repositories, each by its schedule: apply, diff, status, run, attach, stop, pause, resume, remove, alerts, acknowledge';
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

  declareVerb<{ file?: string }>(fleet, finish, {
    usage: 'alerts',
    summary: 'the bounds of `[alerts]` that are crossed: since when, what to do, what was done',
    details: 'The exit code is 2 while an alert is open that nobody has acknowledged.',
    options: [fileOption],
    examples: ['perfloop fleet alerts', 'perfloop fleet alerts --json'],
    async action(context, { file }) {
      const { fleetAlerts } = await import('../verbs/fleet-alerts.js');
      const { printFleetAlerts } = await import('../print/fleet-alerts.js');
      const status = await fleetAlerts(context, file);
      emit(context, status, printFleetAlerts);
      return status.open.some(({ toldAt, acknowledged }) => toldAt !== null && acknowledged === null) ? exitCodes.refused : exitCodes.ok;
    },
  });

  declareVerb<{ file?: string; reason?: string }>(fleet, finish, {
    usage: 'acknowledge <alert>',
    summary: 'say that you take care of an alert; it is told no more until it is over',
    options: [fileOption, ['--reason <text>', 'what is done about it']],
    examples: ["perfloop fleet acknowledge throughput --reason 'a host is being mended'"],
    async action(context, { file, reason = '' }, alert = '') {
      const { acknowledgeAlert } = await import('../verbs/fleet-alerts.js');
      const { printAcknowledged } = await import('../print/fleet-alerts.js');
      emit(context, await acknowledgeAlert(context, file, alert, reason), printAcknowledged);
      return exitCodes.ok;
    },
  });

  declareVerb<{ file?: string; open?: number; detach?: boolean }>(fleet, finish, {
    usage: 'run [targets...]',
    summary: 'begin runs now, besides the schedules; of all targets where none is named',
    details: 'One target that is named is started by its schedule. Several, or all whose schedules are not paused, are started by a sweep: so many at once, by priority. Ctrl-C leaves it; it goes on. The exit code is 2 where any of its runs did not complete.',
    options: [fileOption, ['--open <n>', 'runs at once (default: `open` of the fleet file, or twice as many as there are hosts)', openRuns], ['--detach', 'do not follow the sweep']],
    examples: ['perfloop fleet run gl-matrix', 'perfloop fleet run --open 8'],
    async action(context, { file, open, detach = false }, ...given) {
      const names = given.filter((name) => name !== undefined);
      if (names.length === 1 && open === undefined) {
        const { fleetSteer } = await import('../verbs/fleet.js');
        const { printFleetSteered } = await import('../print/fleet.js');
        emit(context, await fleetSteer(context, 'run', file, names, ''), printFleetSteered);
        return exitCodes.ok;
      }
      const { fleetSweep } = await import('../verbs/fleet-sweep.js');
      return showSweep(context, async (show) => fleetSweep(context, { file, names, detach, show, ...(open === undefined ? {} : { open }) }));
    },
  });

  declareVerb<{ file?: string }>(fleet, finish, {
    usage: 'attach',
    summary: 'follow the sweep that is under way',
    options: [fileOption],
    examples: ['perfloop fleet attach'],
    async action(context, { file }) {
      const { fleetAttach } = await import('../verbs/fleet-sweep.js');
      return showSweep(context, async (show) => fleetAttach(context, file, show));
    },
  });

  declareVerb<{ file?: string; cancelRuns?: boolean; reason?: string }>(fleet, finish, {
    usage: 'stop',
    summary: 'end the sweep that is under way: it starts no more runs',
    options: [fileOption, ['--cancel-runs', 'cancel its open runs, too'], ['--reason <text>', 'why; kept with the sweep']],
    examples: ['perfloop fleet stop', "perfloop fleet stop --cancel-runs --reason 'the hosts are needed'"],
    async action(context, { file, ...how }) {
      return steer(context, 'stop', file, how);
    },
  });

  const steering = [
    ['pause', 'let schedules stand still; runs that are under way go on'],
    ['resume', 'let paused schedules go on'],
    ['remove', 'take schedules off the server; runs that are under way go on'],
  ] as const;
  for (const [verb, text] of steering) {
    const canPause = verb !== 'remove';
    declareVerb<{ file?: string; reason?: string; sweep?: boolean }>(fleet, finish, {
      usage: `${verb} [targets...]`,
      summary: `${text}; of all targets where none is named`,
      options: [fileOption, ...(canPause ? [['--reason <text>', 'why; kept in the schedule, or with the sweep'], ['--sweep', 'the sweep that is under way, in place of schedules']] as const : [])],
      examples: [`perfloop fleet ${verb} gl-matrix`],
      async action(context, { file, reason = '', sweep = false }, ...names) {
        if (sweep && canPause) return steer(context, verb, file, { reason });
        const { fleetSteer } = await import('../verbs/fleet.js');
        const { printFleetSteered } = await import('../print/fleet.js');
        emit(context, await fleetSteer(context, verb, file, names.filter((name) => name !== undefined), reason), printFleetSteered);
        return exitCodes.ok;
      },
    });
  }
}

async function showSweep(context: CliContext, run: (show: (look: SweepLook) => void) => Promise<SweepFollowed>): Promise<number> {
  const { printSweep, sweepPrinter } = await import('../print/fleet-sweep.js');
  const followed = await run(sweepPrinter((line) => note(context, line), context.errStyle));
  emit(context, followed, printSweep);
  const { detached, sweep } = followed;
  return detached || (sweep !== null && sweep.endedAt !== null && sweep.counts.failed + sweep.counts.other === 0) ? exitCodes.ok : exitCodes.refused;
}

async function steer(context: CliContext, what: SweepSteering, file: string | undefined, how: { reason?: string; cancelRuns?: boolean }): Promise<number> {
  const { steerSweep } = await import('../verbs/fleet-sweep.js');
  const { printSweepSteered } = await import('../print/fleet-sweep.js');
  emit(context, await steerSweep(context, what, file, how), printSweepSteered);
  return exitCodes.ok;
}

function openRuns(text: string): number {
  const value = positiveInteger(text);
  if (value > mostOpen) throw new InvalidArgumentError(`It must be at most ${mostOpen}.`);
  return value;
}
