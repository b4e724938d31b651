import { PerfloopError } from '../../core/errors.js';
import { formatDuration } from '../../core/duration-text.js';
import { hostIdentity } from '../../measure/environment.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { openReader } from '../../store/database.js';
import { collect, type Collected } from '../../store/gc/collect.js';
import { registeredHubs } from '../../store/gc/hubs.js';
import { Mentions } from '../../store/gc/mentions.js';
import { wantedByStore, type Wanted } from '../../store/gc/wanted.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import { probeStore } from '../../store/probe.js';
import { resolveConnection } from '../../worker/connection.js';
import type { CliContext } from '../context.js';
import { openWorkflows, type OpenWorkflows } from '../gc/open-workflows.js';
import { peekSession } from '../session.js';

export interface GcOptions {
  /** Runs that ended so long ago lose their artifacts, milliseconds. */
  keepMs: number;
  dryRun: boolean;
  /** A host that will never be the hub of this store again. */
  forgetHub?: string;
}

export interface GcResult extends Collected {
  store: string;
  dryRun: boolean;
  keepMs: number;
  /** What is younger stays, whoever refers to it: milliseconds since 1970. */
  cutoff: number;
  runs: Wanted['counts'];
}

const dayMs = 24 * 3_600_000;
/** More than clocks of hosts that are looked after are apart. */
const mostSkewMs = 600_000;

/**
 * Removes artifacts that no run refers to which goes on or ended within the retention. Runs may go on meanwhile, on any host.
 * Throws PL_GC_NO_STORE, PL_GC_OTHER_HUB, PL_GC_NO_SERVER and PL_GC_CLOCK where it cannot know what is referred to.
 */
export async function gc(context: CliContext, { keepMs, dryRun, forgetHub }: GcOptions): Promise<GcResult> {
  const { home, env } = context;
  if (keepMs < dayMs) throw new PerfloopError('PL_USAGE', `artifacts are kept for a day at the least, not for ${formatDuration(keepMs)}`, { where: '--keep', fix: 'Give a day or more: --keep 1d. What runs have just made is referred to by nothing yet.' });
  const db = openReader(home.db);
  if (db === null) throw new PerfloopError('PL_GC_NO_STORE', 'this home knows of no runs, so that it cannot tell which artifacts are wanted', { where: home.db, fix: "Collect on the hub's host, and as its user." });
  try {
    const artifacts = artifactsOf(home, { env });
    const forget = await refuseOthers(artifacts, (await hostIdentity(home)).id, forgetHub);
    if (!dryRun) await refuseOtherClock(artifacts);
    const now = Date.now();
    const mentions = new Mentions();
    const open = await whatGoesOn(context, mentions);
    const wanted = wantedByStore(db, now - keepMs, (run) => open === null || open.ids.has(run));
    for (const sha of mentions.shas) wanted.mentions.shas.add(sha);
    for (const commit of mentions.commits) wanted.mentions.commits.add(commit);
    // What a step under way has put is in no history yet; it is younger than its run.
    const oldest = Math.min(wanted.oldestOpen ?? Infinity, open?.oldest ?? Infinity);
    const cutoff = Math.min(now - keepMs, oldest - dayMs);
    // Only now: what is refused leaves the hub as it was.
    if (!dryRun) await forget?.();
    return { store: artifacts.place, dryRun, keepMs, cutoff, runs: wanted.counts, ...(await collect({ shelf: artifacts.shelf(), wanted, cutoff, dryRun })) };
  } finally {
    db.close();
  }
}

/** Null where the local engine is down: then nothing goes on but what the knowledge base says. */
async function whatGoesOn(context: CliContext, mentions: Mentions): Promise<OpenWorkflows | null> {
  const session = await peekSession(context);
  try {
    if (session !== null) return await openWorkflows(session.client, mentions);
  } finally {
    await session?.close();
  }
  const settings = resolveConnection({ ...context.connection, env: context.env });
  if (settings.local) return null;
  throw new PerfloopError('PL_GC_NO_SERVER', 'the Temporal server does not answer, and only it knows what goes on', { where: settings.address, fix: 'Collect when it does: see `perfloop doctor`.' });
}

/** Another knowledge base may refer to what this one does not know. Gives what forgets the hub that is to be forgotten. */
async function refuseOthers(artifacts: ArtifactStore, own: string, forgetHub: string | undefined): Promise<(() => Promise<boolean>) | undefined> {
  const hubs = await registeredHubs(artifacts);
  hubs.delete(own);
  const forget = forgetHub === undefined ? undefined : hubs.get(forgetHub);
  if (forgetHub !== undefined) {
    if (forget === undefined) throw new PerfloopError('PL_USAGE', `no other hub of this store is called ${forgetHub}`, { where: '--forget-hub', fix: hubs.size === 0 ? 'Leave it out: there is no other.' : `There is ${[...hubs.keys()].join(', ')}.` });
    hubs.delete(forgetHub);
  }
  if (hubs.size === 0) return forget;
  throw new PerfloopError('PL_GC_OTHER_HUB', `other hubs keep artifacts in this store, and their runs are not known here: ${[...hubs.keys()].join(', ')}`, {
    where: artifacts.place,
    fix: 'Give each hub a store of its own, such as s3://bucket/NAME. One that is gone for good: --forget-hub ID.',
  });
}

async function refuseOtherClock(artifacts: ArtifactStore): Promise<void> {
  const { aheadMs } = await probeStore(artifacts);
  if (Math.abs(aheadMs) <= mostSkewMs) return;
  throw new PerfloopError('PL_GC_CLOCK', `the clocks of this host and of the store are ${formatDuration(Math.round(Math.abs(aheadMs) / 1000) * 1000)} apart, so that nobody can tell what is old`, { where: artifacts.place, fix: 'Set the clock of this host: see `timedatectl`.' });
}
