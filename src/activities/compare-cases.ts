import { drawCases, functionNamed, runCases, type CaseDraw, type CasesRan } from '../check/cases/run-cases.js';
import { compareInThread } from '../check/compare/in-thread.js';
import { isCompared } from '../core/check/cases/compare-cases.js';
import type { CaseSeen } from '../core/check/cases/observation.js';
import { unseenText } from '../core/check/cases/unseen.js';
import type { Checked } from '../core/check/checked.js';
import type { CasesConfig } from '../core/config/cases-schema.js';
import type { CheckOutcome, HostActivities } from '../core/run/contracts.js';
import type { HeldLock } from '../measure/host-lock.js';
import { runCommand } from '../measure/run-command.js';
import { drawSeed, runEnvironment } from '../measure/run-environment.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { activity, type Attempt } from './activity.js';
import { commandRequest } from './command-request.js';
import type { Dependencies } from './dependencies.js';
import { logPath, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { pristineOf } from './pristine.js';
import { writtenByCandidate } from './written-by-candidate.js';

type Input = Parameters<HostActivities['compareCases']>[0];
type Side = 'a' | 'b';

const names = { a: 'champion', b: 'candidate' } as const;

/** Calls the functions of [[cases]] on champion and candidate with the same secret arguments, and compares what can be seen. */
export function compareCasesActivity(deps: Dependencies): HostActivities['compareCases'] {
  return activity(async (input, attempt) => {
    const { config } = input;
    const sides = { a: await worktreeOf(deps, input.a), b: await worktreeOf(deps, input.b) };
    return unlessGone(deps, [input.a, input.b], () => withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
      const pristine = { a: await pristineOf(deps, input, sides.a), b: await pristineOf(deps, input, sides.b) };
      const written: Record<Side, string[]> = { a: [], b: [] };
      const checked: Checked[] = [];
      for (const [index, cases] of config.cases.entries()) {
        const seed = drawSeed();
        const draw = drawCases(cases, seed);
        const on = async (side: Side): Promise<CasesRan> => {
          await pristine[side].restore();
          const seen = await ran(deps, input, { cases, draw, worktree: sides[side], side, lock, attempt });
          written[side].push(...(await pristine[side].restore()).written);
          return seen;
        };
        const seen = { a: await on('a'), b: await on('b') };
        const problem = writtenByCandidate(written, cases.entry) ?? (await compared(cases, index, seen, attempt));
        if (problem !== null) return { ...problem, checked: [...checked, { text: `${cases.entry}: its cases differ`, seeds: [seed] }] };
        checked.push({ text: agreement(cases, seen), seeds: [seed] });
      }
      return outcome({ checked });
    }));
  });
}

interface OneSide {
  cases: CasesConfig;
  draw: CaseDraw;
  worktree: OpenWorktree;
  side: Side;
  lock: HeldLock;
  attempt: Attempt;
}

async function ran(deps: Dependencies, input: Input, { cases, draw, worktree, side, lock, attempt }: OneSide): Promise<CasesRan> {
  const logFile = await logPath(deps, input, `cases-${names[side]}.log`);
  return runCases(cases, draw, async ({ command, stdin, onStdout }) => {
    const asked = await commandRequest(deps, 'check', { run: command, cwd: '.', env: {}, timeout: cases.timeout }, { scope: input, worktree, lock, who: 'measured' }, attempt);
    const result = await runCommand({ ...asked, stdin, onStdout, env: runEnvironment(asked.env, { seed: draw.seed, layoutSeed: worktree.layoutSeed }), logFile });
    if (result.cancelled) attempt.signal.throwIfAborted();
    return result;
  });
}

/** What is wrong, or null. */
async function compared(cases: CasesConfig, index: number, { a, b }: Record<Side, CasesRan>, attempt: Attempt): Promise<CheckOutcome | null> {
  const { entry, tolerance, absolute, order } = cases;
  if (a.kind === 'unusable') return outcome({ whose: 'a', problem: `cases[${index}], ${entry}: on the champion ${a.why}` });
  if (b.kind === 'unusable') return outcome({ whose: 'b', problem: `${entry} cannot be called on the candidate: ${b.why}` });
  const result = await compareInThread({ kind: 'cases', name: functionNamed(entry).names.join('.'), champion: a, candidate: b, rule: { tolerance: { relative: tolerance, absolute }, order } }, attempt);
  if (result.agree) return null;
  if (result.whose === 'champion') return outcome({ whose: 'a', problem: `cases[${index}], ${entry}: on the champion ${result.text}` });
  return outcome({ whose: 'b', problem: `${entry} does something else than on the champion: ${result.text}` });
}

function agreement({ entry }: CasesConfig, { a, b }: Record<Side, CasesRan>): string {
  const casesOf = (seen: CasesRan): CaseSeen[] => (seen.kind === 'ran' ? seen.cases : []);
  const cases = casesOf(a);
  const left = cases.filter((one) => !isCompared(one)).length;
  const exhausted = left === 0 ? '' : `; ${left} more exhaust the champion's stack and say nothing`;
  const unseen = unseenText([...cases, ...casesOf(b)]);
  return `${entry}: ${cases.length - left} cases of 4 calls each, the same values, exceptions and arguments afterwards${exhausted}${unseen === null ? '' : `; not compared, since it cannot be seen: what these hold within: ${unseen}`}`;
}

function outcome(of: Partial<CheckOutcome>): CheckOutcome {
  return { ok: of.problem === undefined, problem: '', tail: '', wallMs: 0, cached: false, log: null, ...of };
}
