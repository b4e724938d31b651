import { basename, resolve } from 'node:path';
import { requireBenchmark } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import { PerfloopError } from '../../core/errors.js';
import type { RunInput } from '../../core/inputs.js';
import { plan } from '../../core/pipeline/plan.js';
import { openArtifacts, type ArtifactStore } from '../../store/artifacts.js';
import { assertHomeWritable } from '../../worker/engine/home-check.js';
import { openCheckout } from '../../workspace/checkout.js';
import { resolveTarget } from '../../workspace/snapshot.js';
import { branchOf } from '../../workspace/result-branch.js';
import { note, whoAmI, type CliContext } from '../context.js';
import { loadConfig } from '../load-config.js';
import { newRunId } from '../run-id.js';
import { openSession } from '../session.js';
import { startWorkflow } from '../start.js';
import { recordedTraffic, recordTraffic } from '../traffic.js';
import { watch, type Watched } from '../watch.js';

export interface RunOptions {
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
  /** Gets the run's id when it has started. */
  onStarted?: (run: string) => void;
}

/** Starts a run on a repository and follows it, unless it is to be left alone at once. */
export async function run(context: CliContext, options: RunOptions): Promise<Watched> {
  const dir = resolve(context.cwd, options.dir);
  // What is no repository needs no config.
  await openCheckout(dir);
  const config = withOverrides(await loadConfig(context, dir, options.config), options);
  requireBenchmark(config, options.config);
  plan(config.steps);
  assertHomeWritable(context.home);
  const artifacts = openArtifacts(context.home.artifacts);
  const { name, base } = config.target;
  const { target, warnings } = await resolveTarget({ dir, revision: base, ...(name === undefined ? {} : { name }), artifacts });
  for (const text of warnings) note(context, `${context.errStyle('yellow', 'warning')}: ${text}`);
  const profile = options.profile === undefined ? undefined : await profileOf(resolve(context.cwd, options.profile), artifacts);
  const replay = options.replay === undefined ? undefined : await recordedTraffic(context, options.replay, artifacts);
  if (options.record !== undefined && options.detach === true) throw new PerfloopError('PL_USAGE', '--record is written when the run has ended, so it must be followed.', { where: '--record, --detach', fix: 'Leave out one of the two.' });
  const session = await openSession(context);
  try {
    const id = newRunId('run');
    const input: RunInput = { v: 1, run: id, target, config, queuePrefix: session.settings.queuePrefix, who: whoAmI(context.env), warnings, ...(profile ? { profile } : {}), ...(replay === undefined ? {} : { replay }) };
    await startWorkflow(session, { kind: 'run', input });
    options.onStarted?.(id);
    note(context, `run ${id} started`);
    if (options.detach === true) return { run: id, detached: true, status: null, branch: branchOf(id) };
    const watched = await watch(context, session, id);
    if (options.record !== undefined) await recordTraffic(context, options.record, watched.status, artifacts);
    return watched;
  } finally {
    await session.close();
  }
}

function withOverrides(config: Config, { rounds, approval, steps }: RunOptions): Config {
  return {
    ...config,
    ...(steps === undefined ? {} : { steps }),
    loop: { ...config.loop, ...(rounds === undefined ? {} : { rounds }) },
    approval: { ...config.approval, ...(approval === undefined ? {} : { mode: approval }) },
  };
}

async function profileOf(path: string, artifacts: ArtifactStore): Promise<NonNullable<RunInput['profile']>> {
  try {
    return { ...(await artifacts.putFile('profile', path)), fileName: basename(path) };
  } catch (error) {
    if (error instanceof PerfloopError) throw error;
    throw new PerfloopError('PL_PROFILE_UNREADABLE', 'the profile cannot be read', { where: path, fix: 'Name a file that exists and can be read.', cause: error });
  }
}
