import { basename, resolve } from 'node:path';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { RunInput } from '../../core/inputs.js';
import type { Selection } from '../../core/pipeline/select/choose.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { assertHomeWritable } from '../../worker/engine/home-check.js';
import { resolveTarget } from '../../workspace/snapshot.js';
import { branchOf } from '../../workspace/result-branch.js';
import { note, whoActs, type CliContext } from '../context.js';
import { keepConfig } from '../../store/run-config.js';
import { newRunId } from '../run-id.js';
import { resumeInput } from '../resume/continuation.js';
import { checkRunSize } from '../../core/run/run-size.js';
import { runSettings } from '../run-settings.js';
import { openSession } from '../session.js';
import { startWorkflow } from '../start.js';
import { recordedTraffic, recordTraffic } from '../traffic.js';
import { watch, type Watched } from '../watch.js';

/** `skip` and `only`: selectors of steps. */
export interface RunOptions extends Selection {
  dir: string;
  config?: string;
  /** A profile that the user brings. */
  profile?: string;
  rounds?: number;
  approval?: Config['approval']['mode'];
  detach?: boolean;
  /** Gets the answers of models when the run has ended. */
  record?: string;
  /** Answers in place of models. */
  replay?: string;
  /** Only these steps, in place of the config's. */
  steps?: Config['steps'];
  /** See `RunInput`. */
  mostEvents?: number;
  /** Goes on after this run, or after the last one of the repository. */
  resume?: string | true;
  /** Gets the run's id when it has started. */
  onStarted?: (run: string) => void;
}

/** Starts a run on a repository and follows it, unless it is to be left alone at once. */
export async function run(context: CliContext, options: RunOptions): Promise<Watched> {
  const dir = resolve(context.cwd, options.dir);
  const { config, continuation } = await runSettings(context, options);
  assertHomeWritable(context.home);
  const artifacts = artifactsOf(context.home);
  const { name, base } = config.target;
  // What goes on, goes on from the base that it began with.
  const { target, warnings } = continuation === null ? await resolveTarget({ dir, revision: base, ...(name === undefined ? {} : { name }), artifacts }) : { target: continuation.earlier.progress.target, warnings: [] };
  for (const text of warnings) note(context, `${context.errStyle('yellow', 'warning')}: ${text}`);
  const profile = options.profile === undefined ? undefined : await profileOf(resolve(context.cwd, options.profile), artifacts);
  const replay = options.replay === undefined ? undefined : await recordedTraffic(context, options.replay, artifacts);
  if (options.record !== undefined && options.detach === true) throw new PerfloopError('PL_USAGE', '--record is written when the run has ended, so it must be followed.', { where: '--record, --detach', fix: 'Leave out one of the two.' });
  const session = await openSession(context);
  try {
    const id = newRunId('run');
    const begun: RunInput = { v: 1, run: id, target, config, queuePrefix: session.settings.queuePrefix, who: whoActs(context), warnings, ...(profile ? { profile } : {}), ...(replay === undefined ? {} : { replay }), ...(options.mostEvents === undefined ? {} : { mostEvents: options.mostEvents }) };
    const input = continuation === null ? begun : { ...begun, resume: resumeInput(continuation, begun, Date.now()) };
    checkRunSize(input);
    await keepConfig(artifacts, id, config);
    await startWorkflow(session, { kind: 'run', input });
    options.onStarted?.(id);
    note(context, `run ${id} started${continuation === null ? '' : `: goes on after ${continuation.earlier.status.run} in round ${continuation.earlier.status.round}; done already: ${continuation.taken.slice(0, 10).join(', ') || 'nothing of this round'}${continuation.taken.length > 10 ? ` and ${continuation.taken.length - 10} more` : ''}`}`);
    if (options.detach === true) return { run: id, detached: true, status: null, branch: branchOf(id) };
    const watched = await watch(context, session, id);
    if (options.record !== undefined) await recordTraffic(context, options.record, watched.status, artifacts);
    return watched;
  } finally {
    await session.close();
  }
}

async function profileOf(path: string, artifacts: ArtifactStore): Promise<NonNullable<RunInput['profile']>> {
  try {
    return { ...(await artifacts.putFile('profile', path)), fileName: basename(path) };
  } catch (error) {
    if (error instanceof PerfloopError) throw error;
    throw new PerfloopError('PL_PROFILE_UNREADABLE', 'the profile cannot be read', { where: path, fix: 'Name a file that exists and can be read.', cause: error });
  }
}
