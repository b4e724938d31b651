import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import { PerfloopError } from '../core/errors.js';
import type { TalkRecord } from '../core/model-talk.js';
import type { RunStatus } from '../core/status.js';
import { Replay } from '../models/traffic.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { note, type CliContext } from './context.js';
import { unwritable } from './output-file.js';
import { plural } from './print/numbers.js';

/** Recorded traffic of models, in the store. Throws PL_TRAFFIC and PL_TRAFFIC_UNREADABLE before a run begins. */
export async function recordedTraffic(context: CliContext, file: string, artifacts: ArtifactStore): Promise<ArtifactRef> {
  const path = resolve(context.cwd, file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PerfloopError('PL_TRAFFIC_UNREADABLE', 'The recorded traffic cannot be read.', { where: path, fix: 'Name a file that --record wrote.', cause: error });
  });
  void new Replay(text, path);
  return await artifacts.put('text', text);
}

/** Writes what the models of a run answered, for --replay. Throws PL_OUTPUT_UNWRITABLE. */
export async function recordTraffic(context: CliContext, file: string, status: RunStatus | null, artifacts: ArtifactStore): Promise<void> {
  const path = resolve(context.cwd, file);
  const talks = status?.models?.talks ?? [];
  const parts = await Promise.all(talks.map(async ({ record }) => {
    const { traffic } = await artifacts.getJson<TalkRecord>(record);
    return (await artifacts.get(traffic)).toString('utf8');
  }));
  await writeFile(path, parts.join('')).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const dropped = status?.models?.dropped ?? 0;
  if (dropped > 0) note(context, `${file} is not whole: a run keeps its latest ${talks.length} conversations, and ${plural(dropped, 'earlier one')} ${dropped === 1 ? 'is' : 'are'} missing. A replay goes on without the model where it comes to one of them. Ask about fewer findings (findings under [phases.optimize]) for a recording that is whole.`);
  note(context, talks.length === 0 ? `no model was asked: ${file} is empty` : `the answers of ${plural(talks.length, 'conversation')} are in ${file}; run again with --replay ${file}`);
}
