import { resolve } from 'node:path';
import { notesOf } from '../../activities/notes.js';
import { defaultConfig } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import type { TalkSpend } from '../../core/model-talk.js';
import { openSourceTree } from '../../scan/source-tree.js';
import { chosenModel } from '../asking/asking.js';
import type { CliContext } from '../context.js';
import { loadConfig, nearestConfig } from '../load-config.js';
import { answersTo, best, type AnswersRequest, type OptimizedFinding } from '../optimize/answers.js';
import { applyInClone, mustBeNew, type AppliedThere } from '../optimize/apply-in-clone.js';
import { givenFindings } from '../optimize/given-findings.js';
import { onChampion } from '../optimize/on-champion.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { keptConfig } from '../../store/run-config.js';

export interface OptimizeOptions {
  /** Names of [models.NAME] of the config. */
  models: readonly string[];
  /** A config in place of the perfloop.toml that is there. */
  config?: string;
  /** A folder that is not there yet. */
  apply?: string;
}

export interface Optimized {
  /** The folder of the repository, or where the run that was gone on from was started. */
  repository: string;
  /** Of a run: which one, and the commit that the changes are for. */
  run?: string;
  champion?: string;
  findings: OptimizedFinding[];
  /** Findings that nothing can be proposed for, since their place is not there, each with the reason. */
  unplaced: string[];
  applied: AppliedThere | null;
  /** What models cost; null where none was asked. */
  spent: TalkSpend | null;
}

/** Answers findings from a file, for the repository as it lies there, which is only read. */
export async function optimize(context: CliContext, options: OptimizeOptions & { findings: string; repo: string }): Promise<Optimized> {
  const root = (await openSourceTree(resolve(context.cwd, options.repo))).root;
  const { findings, unplaced } = await givenFindings(resolve(context.cwd, options.findings), root);
  const answered = await answeredAndApplied(context, options, { root, findings, origin: root });
  return { repository: root, unplaced, ...answered };
}

/** Answers the findings of an earlier run, for the best commit that it came to. Throws PL_NO_FINDINGS. */
export async function optimizeRun(context: CliContext, options: OptimizeOptions & { run: string }): Promise<Optimized> {
  return onChampion(context, options.run, async ({ root, status, findings, unplaced, tried }) => {
    const { origin } = status.target;
    const lessons = notesOf(context, status.target.id);
    const kept = await keptConfig(artifactsOf(context.home), status.run);
    const answered = await answeredAndApplied(context, options, { root, findings, tried, lessons, origin, kept });
    return { repository: origin, run: status.run, champion: status.champion, unplaced, ...answered };
  });
}

/** `kept`: the config of the run that is gone on from, where it is known. */
type Work = Pick<AnswersRequest, 'root' | 'findings' | 'tried' | 'lessons'> & { origin: string; kept?: Config | null };

async function answeredAndApplied(context: CliContext, { models, config: file, apply }: OptimizeOptions, { origin, kept = null, ...work }: Work): Promise<Pick<Optimized, 'findings' | 'applied' | 'spent'>> {
  const folder = apply === undefined ? null : resolve(context.cwd, apply);
  if (folder !== null) mustBeNew(folder);
  const config = file === undefined && kept !== null ? kept : await configFor(context, work.root, file);
  const { findings, spent } = await answersTo(context, { ...work, config, models: models.map((name) => chosenModel(config, name, 'optimize', '--model')) });
  if (folder === null) return { findings, applied: null, spent };
  const changes = findings.flatMap(({ candidates }) => best(candidates));
  const applied = await applyInClone({ repository: work.root, origin, folder, changes: changes.filter(({ tried }) => tried === undefined) });
  const dropped = changes.flatMap(({ id, tried }) => (tried === undefined ? [] : [{ id, why: tried }]));
  return { findings, applied: { ...applied, dropped: [...applied.dropped, ...dropped] }, spent };
}

async function configFor(context: CliContext, root: string, file: string | undefined): Promise<Config> {
  return file === undefined && (await nearestConfig(root)) === null ? defaultConfig() : loadConfig(context, root, file);
}
