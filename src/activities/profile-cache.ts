import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ArtifactRef } from '../core/artifact.js';
import type { Config } from '../core/config/schema.js';
import type { Target } from '../core/target.js';
import { environmentFingerprint } from '../measure/environment.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';

/** A profile that is kept for later runs. */
export interface KeptProfile {
  profile: ArtifactRef;
  summary: string;
  /** The run that took it, and when, ms since the epoch. */
  run: string;
  at: number;
}

const keptSchema = z.object({ v: z.literal(1), profile: z.object({ sha: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number(), kind: z.literal('profile') }), summary: z.string(), run: z.string(), at: z.number() });

/** Raised when an import makes something else of a recording. */
const format = 1;

/** What decides on what a run does with its profile, and on nothing that is in it. */
const besideTheProfile = ['loop', 'budget', 'approval', 'verdict', 'notify'] as const satisfies readonly (keyof Config)[];

/** Profiles by all that is known to be in them: the files, the config, and the host with its devices and programs. */
export class ProfileCache {
  private constructor(
    private readonly deps: Dependencies,
    private readonly name: string,
    private readonly mostAgeMs: number,
  ) {}

  /** Null where the config wants each profile anew, as those of earlier versions do. */
  static async of(deps: Dependencies, { target, config, commit }: { target: Target; config: Config; commit: string }, commands: readonly string[]): Promise<ProfileCache | null> {
    const mostAgeMs = config.profile.reuse ?? false;
    if (mostAgeMs === false) return null;
    const tree = await (await repositoryOf(deps, target)).treeHash(commit);
    const asked = Object.fromEntries(Object.entries(config).filter(([key]) => !(besideTheProfile as readonly string[]).includes(key)));
    const { cpu, memoryBytes, os, container, versions, gpus } = await environmentFingerprint(commands);
    const devices = gpus.map(({ name, driver, cuda, memory, mig }) => ({ name, driver, cuda, memory, mig }));
    const { model, cores, usable } = cpu;
    const key = createHash('sha256').update(JSON.stringify([format, target.id, tree, asked, deps.host, { model, cores, usable, memoryBytes, os, container, versions, devices }])).digest('hex');
    return new ProfileCache(deps, `profile/${target.id}/${key}`, mostAgeMs);
  }

  /** Null where there is none, or only one that is too old. */
  async find(now: number): Promise<KeptProfile | null> {
    const { artifacts } = this.deps;
    const ref = await artifacts.recall(this.name);
    if (ref === undefined) return null;
    const { profile, summary, run, at } = await artifacts.getJson(ref, keptSchema);
    if (now - at > this.mostAgeMs) return null;
    // Retention may have left the note alone.
    const isThere = await artifacts.fileOf(profile).then(() => true, () => false);
    return isThere ? { profile, summary, run, at } : null;
  }

  async keep(profile: KeptProfile): Promise<void> {
    const { artifacts } = this.deps;
    await artifacts.remember(this.name, await artifacts.put('json', JSON.stringify({ v: 1, ...profile })));
  }
}
