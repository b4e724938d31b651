import { z } from 'zod';
import { PerfloopError } from '../../core/errors.js';
import type { Once } from '../../models/conversation.js';
import type { DialogTool } from '../../models/dialog.js';
import { jsonSchemaOf } from '../../models/json-schema.js';
import { applyInput, measureInput } from '../../tools/sandbox/tools.js';
import { closeWorktree } from '../../workspace/open-worktree.js';
import type { Attempt } from '../activity.js';
import type { Dependencies } from '../dependencies.js';
import { commitOfChange } from './apply.js';
import { measurePairs, notes } from './measure.js';
import { passedText, untested } from './passed.js';
import type { KnownTests, SandboxGround } from './state.js';
import { openAnew, stepsOfChange, testsOfBase } from './steps.js';

export interface ModelSandbox {
  tools: (once: Once) => DialogTool[];
  /** Removes what is left of it. */
  close: () => Promise<void>;
}

export interface ModelSandboxRequest {
  ground: SandboxGround;
  /** Commit that changes are tried on. */
  champion: string;
  /** Of worktrees; unique to the conversation. */
  key: string;
  /** Of the champion, where they are of this host. */
  tests: KnownTests | null;
  /** Builds with tests, and measurements, in all. */
  most: number;
}

const edits = z.object({ edits: applyInput.shape.edits.unwrap() });
const pairs = measureInput.pick({ pairs: true });

/**
 * The sandbox of one conversation with a model: it puts the edits of one change on the champion, in place of those before, builds and
 * tests them, and compares them in a few pairs. Nothing of it counts for the verdict. What commands come to is kept with the conversation.
 */
export function modelSandbox(deps: Dependencies, request: ModelSandboxRequest, { report }: Pick<Attempt, 'report'>): ModelSandbox {
  const { ground, champion, key, most } = request;
  const sides = (commit: string) => ({ a: { key: `${key}/a`, commit: champion }, b: { key: `${key}/b`, commit } });
  let commit: string | null = null;
  let tests: KnownTests | { why: string } | null = request.tests;
  let used = 0;
  // Calls of one answer come at the same time; in the order in which they were asked for they make sense.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const own = last.then(work);
    last = own.catch(() => undefined);
    return own;
  };

  const validated = async (change: string, signal: AbortSignal): Promise<string> => {
    const { a, b } = sides(change);
    const attempt = { signal, report };
    tests ??= await testsOfBase(deps, ground, a, attempt);
    await openAnew(deps, ground, [b]);
    const steps = await stepsOfChange(deps, ground, b, tests, attempt);
    const failed = steps.find(({ ok }) => !ok);
    const passed = steps.filter(({ ok }) => ok).map(({ step }) => step);
    if (failed === undefined) return [passedText(passed), ...untested(passed)].join('\n');
    return [`The ${failed.step} fails: ${failed.problem}`, failed.tail].filter((text) => text !== '').join('\n');
  };
  const measured = async (change: string, wanted: number, signal: AbortSignal): Promise<string> => {
    const { facts: { ratio, low, high, pairs: taken } } = await measurePairs(deps, ground, sides(change), wanted, { signal, report });
    const number = (value: number | null): string => (value === null ? 'not known' : value.toFixed(3));
    return [`${taken} pairs: ${number(ratio)} times as fast as without it (95% interval ${number(low)} to ${number(high)}).`, ...notes].join('\n');
  };
  /** What runs commands: counted, and told the same to another attempt and in a replay. */
  const bounded = (once: Once, work: (change: string, signal: AbortSignal) => Promise<string>) => async (signal: AbortSignal): Promise<string> => {
    const change = commit;
    if (change === null) return 'There is no change yet: put one there by sandbox_apply.';
    used += 1;
    if (used > most) return `Not done: the ${most} runs of the sandbox are used. Propose what you have.`;
    return once(`sandbox ${used}`, async () => {
      try {
        return await work(change, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof PerfloopError)) throw error;
        return `Not done: ${[error.message, ...error.problems].join('\n')}`;
      }
    });
  };

  return {
    tools: (once) => {
      const tool = (name: string, description: string, input: z.ZodType, run: (given: unknown, signal: AbortSignal) => Promise<string>): DialogTool => ({
        spec: { name, description, input: jsonSchemaOf(input) },
        run: (given, signal) => inTurn(() => run(given, signal)),
      });
      const validate = bounded(once, validated);
      return [
        tool('sandbox_apply', 'In a sandbox: puts the edits of one change on the code as it is, in place of those that you tried before. The same edits as submit_candidates takes.', edits, async (given) => {
          const made = await commitOfChange(deps, ground, { key: `${key}/apply`, from: champion, base: champion }, edits.parse(given));
          commit = made.commit;
          return `The change is there: ${made.files.join(', ')}. Nothing was built or tested yet.`;
        }),
        tool('sandbox_validate', 'In a sandbox: sets up, builds, tests and smoke-runs the change that is there, by the commands of the repository.', z.object({}), (_, signal) => validate(signal)),
        tool('sandbox_measure', 'In a sandbox: compares the change that is there with the code as it is, in a few interleaved pairs of the benchmark. A hint, no verdict.', pairs, (given, signal) => bounded(once, (change, end) => measured(change, pairs.parse(given).pairs, end))(signal)),
      ];
    },
    close: async () => {
      for (const side of ['a', 'b', 'apply']) await closeWorktree(deps.home, `${key}/${side}`);
    },
  };
}
