import { defaultConfig } from '../core/config/parse.js';
import type { Config } from '../core/config/schema.js';
import type { ArtifactStore } from './artifacts.js';

/** Keeps the config that a run is started with, with what the command line changes in it: a file that was named by a path may be another one tomorrow. */
export async function keepConfig(artifacts: ArtifactStore, run: string, config: Config): Promise<void> {
  await artifacts.remember(nameOf(run), await artifacts.put('json', JSON.stringify(config)));
}

/** The config that a run was started with; null where nobody kept it, as with runs of earlier versions. */
export async function keptConfig(artifacts: ArtifactStore, run: string): Promise<Config | null> {
  const kept = await artifacts.recall(nameOf(run));
  // Tables that came later are as they are where nobody writes them.
  return kept === undefined ? null : { ...defaultConfig(), ...(await artifacts.getJson<Config>(kept)) };
}

const nameOf = (run: string): string => `run-config/${run}`;
