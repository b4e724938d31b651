import { patched } from '@temporalio/workflow';
import { hasCases } from '../core/check/cases/has-cases.js';
import type { Flag } from '../core/flag.js';
import type { Sides, WorktreeRef } from '../core/run/contracts.js';
import type { CommitRef } from '../core/target.js';
import type { Reason, Verdict } from '../core/verdict/verdict.js';
import { testCandidate, type TestedCandidate } from './candidate-tests.js';
import { testsReach } from './reach.js';
import { command, failed } from './trial-builds.js';
import type { TrialWork } from './trial-input.js';
import { wroteProtected } from './wrote-protected.js';

/** Tests, smoke run and output check of the candidate. `refused`: the verdict where it is not correct. */
export async function correct(work: TrialWork, { a, b }: Sides): Promise<{ refused: Verdict | null; tested: TestedCandidate | null }> {
  const { input, on, scope, checked } = work;
  const { target, config, tests = null } = input;
  if (input.onlySpeed === true) return { refused: null, tested: null };
  const tested = await testCandidate(on, { scope, target, config }, a, b, tests);
  const text = tested?.text ?? null;
  if (text !== null && !checked.some((other) => other.text === text)) checked.push({ text, seeds: [] });
  if (tested !== null && tested.refused !== null) return { refused: tested.refused, tested };
  const smoke = await command(work, b, 'b', 'smoke', false);
  if (smoke?.ok === false) return { refused: failed('b', 'smoke-failed', smoke), tested };
  const tampered = await wroteProtected('smoke', smoke, () => command(work, a, 'a', 'smoke', false));
  if (tampered !== null) return { refused: tampered, tested };
  const compare = async (name: 'compareOutputs' | 'compareCases', summary: string): Promise<Verdict | null> => {
    const compared = await on.host(name, summary, { ...scope, target, config, a, b });
    checked.push(...(compared.checked ?? []));
    return compared.ok ? null : failed(compared.whose ?? 'b', compared.written === undefined ? 'output-differs' : 'protected', compared);
  };
  const differs = config.commands.check === undefined ? null : await compare('compareOutputs', 'compare outputs');
  if (differs !== null || !hasCases(config)) return { refused: differs, tested };
  return { refused: await compare('compareCases', 'compare functions case by case'), tested };
}

/** Why the tests say nothing of the candidate; null when they do, or nobody can tell. `wallMs`: how long its tests took. */
export async function rigged({ input, on, scope, opened, checked, notes }: TrialWork, candidate: CommitRef, wallMs: number): Promise<Reason | null> {
  const { target, config, champion, tests, mode } = input;
  // A change that is measured afresh was looked at before. Configs of earlier versions lack [tests].
  if (mode !== 'full' || tests === undefined || !config.tests?.reach || !patched('tests-reach')) return null;
  const reach = await testsReach(on, { scope, target, config, champion, candidate, tests, wallMs, opened });
  if (reach?.kind === 'reached') checked.push({ text: reach.text, seeds: [] });
  if (reach?.kind === 'untested') notes.push(reach.text);
  return reach?.kind === 'rigged' ? { code: 'tests-rigged', text: reach.text } : null;
}

/** Where a person would have to look at flags: only at those that the benchmark executes. */
export async function executed({ input, on, scope }: TrialWork, worktree: WorktreeRef, flags: Flag[] | undefined): Promise<Flag[] | undefined> {
  const { target, config, mode } = input;
  if (flags === undefined || flags.length === 0 || mode === 'ablate' || !patched('executed-flags')) return flags;
  return on.host('executedFlags', 'which flagged lines are executed', { ...scope, target, config, worktree, flags });
}
