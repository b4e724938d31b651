import { join } from 'node:path';
import { compareOutputs } from '../check/compare/in-thread.js';
import { PrintedOutput, writtenOutput, type Output } from '../check/output.js';
import { withoutFiles } from '../check/written-files.js';
import { checkSchema, type CheckConfig } from '../core/config/check-schema.js';
import type { CommandSpec, Config } from '../core/config/schema.js';
import type { CheckOutcome, HostActivities } from '../core/run/contracts.js';
import type { Target } from '../core/target.js';
import type { HeldLock } from '../measure/host-lock.js';
import { runCommand } from '../measure/run-command.js';
import { drawSeed, runEnvironment, seedName } from '../measure/run-environment.js';
import { mentions } from '../workspace/mentions.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import type { Repository } from '../workspace/repository.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { commandRequest } from './command-request.js';
import { logPath, problemOf, repositoryOf, tailOf, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { pristineOf } from './pristine.js';
import { writtenByCandidate } from './written-by-candidate.js';

type Input = Parameters<HostActivities['compareOutputs']>[0];
type Side = 'a' | 'b';

/** One run of the command on one side: what it printed and wrote, in the order of `placesOf`; or why it failed. */
type Ran = { ok: true; outputs: Output[] } | { ok: false; problem: string; tail: string };

const defaultSeeds = 3;
const names = { a: 'champion', b: 'candidate' } as const;

/** Runs the check on champion and candidate, with the same secret seeds on both, and compares what they print and write. */
export function compareOutputsActivity(deps: Dependencies): HostActivities['compareOutputs'] {
  return activity(async (input, attempt) => {
    const { config, target } = input;
    const command = config.commands.check;
    if (command === undefined) return outcome({});
    // The config of a run of an earlier version lacks the keys of later ones.
    const check = checkSchema.parse(config.check);
    const sides = { a: await worktreeOf(deps, input.a), b: await worktreeOf(deps, input.b) };
    return unlessGone(deps, [input.a, input.b], () => withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
      const repository = await repositoryOf(deps, target);
      const seeds = Array.from({ length: await runsOf(check, command, repository, target) }, drawSeed);
      const ran: Record<Side, Output[][]> = { a: [], b: [] };
      const pristine = { a: await pristineOf(deps, input, sides.a), b: await pristineOf(deps, input, sides.b) };
      const written: Record<Side, string[]> = { a: [], b: [] };
      for (const seed of seeds) {
        for (const side of ['a', 'b'] as const) {
          // Nothing that tests, or a run with another seed, have left on one side alone.
          await pristine[side].restore();
          const one = await runOnce(deps, input, { command, check, worktree: sides[side], side, seed, lock, attempt });
          written[side].push(...(await pristine[side].restore()).written);
          if (!one.ok) return outcome({ whose: side, problem: `the check failed on the ${names[side]}: ${one.problem}`, tail: one.tail });
          ran[side].push(one.outputs);
        }
      }
      return writtenByCandidate(written, `the check (\`${command.run}\`)`) ?? (await compared(ran, { check, command, seeds, attempt }));
    }));
  });
}

/** How often the command runs: once where a seed changes nothing. */
async function runsOf(check: CheckConfig, { run, env }: CommandSpec, repository: Repository, target: Target): Promise<number> {
  if (check.seeds !== undefined) return check.seeds;
  const seeded = check.compare === 'curve' || [run, ...Object.values(env)].some((text) => text.includes(seedName)) || (await mentions(repository, target.base.commit, seedName));
  return seeded ? defaultSeeds : 1;
}

interface OneRun {
  command: CommandSpec;
  check: CheckConfig;
  worktree: OpenWorktree;
  side: Side;
  seed: string;
  lock: HeldLock;
  attempt: Attempt;
}

async function runOnce(deps: Dependencies, input: Input, { command, check, worktree, side, seed, lock, attempt }: OneRun): Promise<Ran> {
  return withoutFiles(worktree.path, check.files, join(deps.home.worktrees, '.aside', worktree.id), async () => {
    const printed = new PrintedOutput();
    const asked = await commandRequest(deps, 'check', command, { scope: input, worktree, lock, who: 'measured' }, attempt);
    const result = await runCommand({ ...asked, env: runEnvironment(asked.env, { seed, layoutSeed: worktree.layoutSeed }), onStdout: (chunk) => printed.append(chunk), logFile: await logPath(deps, input, `check-${names[side]}.log`) });
    if (result.cancelled) attempt.signal.throwIfAborted();
    if (!result.ok) return { ok: false, problem: problemOf(result, command), tail: tailOf(result) };
    const outputs = check.stdout ? [printed.output(result.stdout)] : [];
    for (const path of check.files) {
      const written = await writtenOutput(worktree.path, path);
      if (typeof written === 'string') return { ok: false, problem: written, tail: tailOf(result) };
      outputs.push(written);
    }
    return { ok: true, outputs };
  });
}

interface Asked {
  check: CheckConfig;
  command: CommandSpec;
  seeds: string[];
  attempt: Attempt;
}

async function compared(ran: Record<Side, Output[][]>, { check, command, seeds, attempt }: Asked): Promise<CheckOutcome> {
  const places = [...(check.stdout ? ['the output'] : []), ...check.files];
  for (const [index, place] of places.entries()) {
    const of = (side: Side): Output[] => ran[side].flatMap((outputs) => outputs[index] ?? []);
    const result = await compareOutputs(of('a'), of('b'), check, attempt);
    if (result.agree) continue;
    const when = seeds.length > 1 && result.run !== undefined ? ` in run ${result.run + 1} of ${seeds.length}` : '';
    if (result.whose === 'champion') return outcome({ whose: 'a', problem: `${place} of the champion cannot be compared${when}: ${result.text}` });
    return outcome({ whose: 'b', problem: `${place} differs from the champion's${when}: ${result.text}`, checked: [{ text: `${place} of \`${command.run}\` differs`, seeds }] });
  }
  const silent = ran.a.every((outputs) => outputs.every(({ bytes }) => bytes === 0));
  const times = seeds.length === 1 ? '' : `, ${seeds.length} times with other seeds`;
  const text = silent ? `\`${command.run}\` ends with 0 on both sides${times}; it prints nothing, so nothing was compared` : `${places.join(', ')} of \`${command.run}\`: ${sameness[check.compare]}${times}`;
  return outcome({ checked: [{ text, seeds }] });
}

const sameness = {
  exact: 'the same bytes',
  numbers: 'the same, numbers within the tolerance',
  columns: 'the same table, cells within the tolerances',
  json: 'the same JSON, numbers within the tolerances',
  curve: "within the band of the champion's curves",
} satisfies Record<Config['check']['compare'], string>;

function outcome(of: Partial<CheckOutcome>): CheckOutcome {
  return { ok: of.problem === undefined, problem: '', tail: '', wallMs: 0, cached: false, log: null, ...of };
}
