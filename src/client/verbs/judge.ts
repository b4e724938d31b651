import { resolve } from 'node:path';
import { requireBenchmark } from '../../core/config/parse.js';
import { PerfloopError } from '../../core/errors.js';
import type { JudgeInput } from '../../core/inputs.js';
import { judgedCommit } from '../../core/candidate.js';
import { exchangedNote } from '../../core/watch/answer.js';
import { configOfQuestion, questionNamed } from '../../core/watch/question.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { openCheckout } from '../../workspace/checkout.js';
import { branchOf } from '../../workspace/result-branch.js';
import { assertHomeWritable } from '../../worker/engine/home-check.js';
import { resolveCandidate, resolveTarget, snapshotWorktree } from '../../workspace/snapshot.js';
import { note, whoActs, type CliContext } from '../context.js';
import { judgeConfig, type JudgeFlags } from '../judge-config.js';
import { newRunId } from '../run-id.js';
import { openSession } from '../session.js';
import { startWorkflow } from '../start.js';
import { watch, type Watched } from '../watch.js';

export interface JudgeOptions extends JudgeFlags {
  repo: string;
  base: string;
  /** A revision, or `WORKTREE` for what is in the working tree, committed or not. */
  candidate: string;
  /** Whether the candidate is slower, with the sides exchanged: by what decides (true), or by one metric. */
  regression?: string | true;
  /** Wall time that it may take from its start, in milliseconds. */
  budgetMs?: number;
  /** It is started, and left alone at once. */
  detach?: boolean;
}

/** Judges one change against its base, as a durable workflow of its own, and waits for the verdict. */
export async function judge(context: CliContext, given: JudgeOptions): Promise<Watched> {
  const { regression } = given;
  if (regression !== undefined && given.candidate === 'WORKTREE') throw new PerfloopError('PL_USAGE', '--regression needs a commit: the working tree cannot be the base of a judgement', { where: 'perfloop judge', fix: 'Commit the change and name it with --candidate.' });
  const options = regression === undefined ? given : { ...given, base: given.candidate, candidate: given.base };
  const dir = resolve(context.cwd, options.repo);
  await openCheckout(dir);
  const ofConfig: string[] = [];
  const ofFlags = await judgeConfig(context, dir, options.base, options, (text) => void ofConfig.push(text));
  requireBenchmark(ofFlags, options.config);
  const question = regression === undefined ? null : questionNamed(ofFlags, regression === true ? null : regression);
  const config = question === null ? ofFlags : configOfQuestion(ofFlags, question);
  assertHomeWritable(context.home);
  const artifacts = artifactsOf(context.home);
  const { name } = config.target;
  const worktree = options.candidate === 'WORKTREE';
  const { target, warnings: ofTarget } = await resolveTarget({ dir, revision: options.base, ...(name === undefined ? {} : { name }), worktree, artifacts });
  const warnings = [...ofConfig, ...ofTarget];
  for (const text of warnings) note(context, `${context.errStyle('yellow', 'warning')}: ${text}`);
  const candidate = worktree ? await snapshotWorktree({ dir, base: target.base, artifacts }) : await resolveCandidate({ dir, revision: options.candidate, base: target.base, artifacts });
  const patch = await artifacts.put('json', JSON.stringify(judgedCommit(candidate, options.candidate)));
  const session = await openSession(context);
  try {
    const id = newRunId('judge');
    const input: JudgeInput = { v: 1, run: id, target, candidate, candidateRevision: options.candidate, patch, config, queuePrefix: session.settings.queuePrefix, who: whoActs(context), warnings: [...warnings, ...(question === null ? [] : [exchangedNote(candidate.commit, target.base.commit)])], ...(question === null ? {} : { regression: { metric: question.metric } }), ...(options.budgetMs === undefined ? {} : { budgetMs: options.budgetMs }) };
    await startWorkflow(session, { kind: 'judge', input });
    note(context, `judge ${id} started`);
    return options.detach === true ? { run: id, detached: true, status: null, branch: branchOf(id) } : await watch(context, session, id);
  } finally {
    await session.close();
  }
}
