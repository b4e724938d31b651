import { resolve } from 'node:path';
import { requireBenchmark } from '../../core/config/parse.js';
import type { JudgeInput } from '../../core/inputs.js';
import type { Candidate } from '../../core/candidate.js';
import type { CommitRef } from '../../core/target.js';
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
  /** Wall time that it may take from its start, in milliseconds. */
  budgetMs?: number;
  /** It is started, and left alone at once. */
  detach?: boolean;
}

/** Judges one change against its base, as a durable workflow of its own, and waits for the verdict. */
export async function judge(context: CliContext, options: JudgeOptions): Promise<Watched> {
  const dir = resolve(context.cwd, options.repo);
  await openCheckout(dir);
  const ofConfig: string[] = [];
  const config = await judgeConfig(context, dir, options.base, options, (text) => void ofConfig.push(text));
  requireBenchmark(config, options.config);
  assertHomeWritable(context.home);
  const artifacts = artifactsOf(context.home);
  const { name } = config.target;
  const worktree = options.candidate === 'WORKTREE';
  const { target, warnings: ofTarget } = await resolveTarget({ dir, revision: options.base, ...(name === undefined ? {} : { name }), worktree, artifacts });
  const warnings = [...ofConfig, ...ofTarget];
  for (const text of warnings) note(context, `${context.errStyle('yellow', 'warning')}: ${text}`);
  const candidate = worktree ? await snapshotWorktree({ dir, base: target.base, artifacts }) : await resolveCandidate({ dir, revision: options.candidate, base: target.base, artifacts });
  const patch = await artifacts.put('json', JSON.stringify(candidateOf(candidate, options.candidate)));
  const session = await openSession(context);
  try {
    const id = newRunId('judge');
    const input: JudgeInput = { v: 1, run: id, target, candidate, candidateRevision: options.candidate, patch, config, queuePrefix: session.settings.queuePrefix, who: whoActs(context), warnings, ...(options.budgetMs === undefined ? {} : { budgetMs: options.budgetMs }) };
    await startWorkflow(session, { kind: 'judge', input });
    note(context, `judge ${id} started`);
    return options.detach === true ? { run: id, detached: true, status: null, branch: branchOf(id) } : await watch(context, session, id);
  } finally {
    await session.close();
  }
}

function candidateOf(commit: CommitRef, revision: string): Candidate {
  return { id: commit.commit.slice(0, 12), proposer: 'judge', recipe: null, title: revision, rationale: '', findingId: null, file: '', line: 0, language: 'other', share: null, change: { kind: 'commit', commit } };
}
