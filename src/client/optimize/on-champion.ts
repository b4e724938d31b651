import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { Finding } from '../../core/finding.js';
import type { RunStatus } from '../../core/status.js';
import { verdictWord } from '../../core/verdict/words.js';
import { locate, snippet, sourceLines } from '../../profile/findings/source.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { git } from '../../workspace/git.js';
import { removeTree } from '../../workspace/remove-tree.js';
import type { CliContext } from '../context.js';
import { championOf } from '../run-repository.js';
import { show } from '../verbs/show.js';

export interface ChampionGround {
  /** A temporary checkout of the best commit of the run. */
  root: string;
  status: RunStatus;
  /** Of the run's last analysis, as far as their places are still there. */
  findings: Finding[];
  unplaced: string[];
  /** What became of each candidate that the run tried, by its id. */
  tried: Map<string, string>;
}

/** Works in a temporary checkout of a run's champion, and removes it. Throws PL_NO_FINDINGS and PL_NO_SUCH_RUN. */
export async function onChampion<T>(context: CliContext, text: string, work: (ground: ChampionGround) => Promise<T>): Promise<T> {
  const { status } = await show(context, text);
  const found = await lastFindings(context, status);
  const { path, ref } = await championOf(context.home, status);
  const root = await mkdtemp(join(tmpdir(), 'perfloop-champion-'));
  try {
    await git(['init', '--quiet', '--', root], { cwd: root });
    await git(['fetch', '--quiet', '--no-tags', path, `${ref}:refs/heads/${branch}`], { cwd: root });
    await git(['checkout', '--quiet', branch], { cwd: root });
    const placed = await Promise.all(found.map(async (finding) => ({ finding, now: await asItIsNow(root, finding) })));
    return await work({
      root,
      status,
      findings: placed.flatMap(({ now }) => (now === null ? [] : [now])),
      unplaced: placed.flatMap(({ finding: { title, function: name, file }, now }) => (now === null ? [`${title ?? name}: ${file} no longer has ${name} in ${status.champion.slice(0, 10)}`] : [])),
      tried: new Map(status.trials.map(({ id, candidate, verdict, state }) => [candidate.id, `tried in ${status.run} as ${id}: ${verdict === null ? state : verdictWord(verdict)}`])),
    });
  } finally {
    await removeTree(root);
  }
}

const branch = 'champion';

async function lastFindings(context: CliContext, { run, evidence }: RunStatus): Promise<Finding[]> {
  const ref = evidence?.findings.at(-1);
  if (ref === undefined) throw new PerfloopError('PL_NO_FINDINGS', `${run} has no findings`, { where: run, fix: 'Name a run that got as far as its analyze step: `perfloop show RUN` says how far one got.' });
  return artifactsOf(context.home).getJson<Finding[]>(ref);
}

/** At its line of today: what was accepted after the analysis may have moved it. Null where it is gone. */
async function asItIsNow(root: string, finding: Finding): Promise<Finding | null> {
  const { file, function: name, line: then, language } = finding;
  const lines = await sourceLines(root, file);
  const line = lines === null ? null : locate(lines, { name, line: then });
  if (lines === null || line === null) return null;
  const text = snippet(lines, { language, line, column: null });
  // The lines within it moved as well, or are others.
  return { ...finding, line, snippet: text, hotLines: line === then && text === finding.snippet ? finding.hotLines : [] };
}
