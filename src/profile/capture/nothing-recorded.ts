import { PerfloopError } from '../../core/errors.js';
import type { RecorderKind, Window } from './recorder.js';
import type { RecordedRun } from './run-recorded.js';

/** What a recorder found nothing of, as the beginning of a sentence. */
export const nothingSeen: Record<RecorderKind, string> = { hooks: 'No Node or Python process', v8: 'No Node process', cprofile: 'No Python process', pyspy: 'No Python process', torch: 'No process that imports torch', perf: 'No process', nsys: 'No process' };

/** PL_PROFILE_EMPTY of a command that ran: `--json` has how it ended. */
export class NothingRecorded extends PerfloopError {
  readonly command: { argv: readonly string[]; exitCode: number | null; signal: string | null; wallMs: number };

  /** `file`: a profile that was written, and has nothing in it. */
  constructor({ kind, argv, window, file }: { kind: RecorderKind; argv: readonly string[]; window: Window; file?: string }, { exitCode, signal, wallMs }: RecordedRun) {
    const what = file === undefined ? `${nothingSeen[kind]} of the command left a profile.` : `The profile holds no samples (${file}).`;
    super('PL_PROFILE_EMPTY', `${what} ${ending(exitCode, signal)}`, { where: argv.join(' '), fix: fixOf(window, exitCode, file !== undefined) });
    this.command = { argv, exitCode, signal, wallMs };
  }

  override toJSON(): ReturnType<PerfloopError['toJSON']> & Pick<NothingRecorded, 'command'> {
    return { ...super.toJSON(), command: this.command };
  }
}

function ending(exitCode: number | null, signal: string | null): string {
  if (signal !== null) return `The command was ended by ${signal}.`;
  if (exitCode === null) return 'How the command ended is not known.';
  return exitCode === 0 ? 'The command itself ended well.' : `The command failed with exit code ${exitCode}.`;
}

function fixOf({ range, delayMs }: Window, exitCode: number | null, wasSeen: boolean): string {
  if (range !== null) return `See that the command comes to the range ${range}, or leave --range out.`;
  if (delayMs > 0) return 'See that the command runs for longer than the delay.';
  if (exitCode !== null && exitCode !== 0) return 'See what it printed, and run it by hand first.';
  if (wasSeen) return 'Profile a longer run of the command.';
  return 'Choose another --kind: `perfloop profile --list` says what each sees. Hooks do not see a cleared NODE_OPTIONS or PYTHONPATH, `python -I`, `-E` or `-S`, os._exit, SIGKILL, containers and other hosts.';
}
