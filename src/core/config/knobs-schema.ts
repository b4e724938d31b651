import { z } from 'zod';
import { mostValues, valuesOf, type DeclaredValues } from '../knobs/declared-values.js';
import { knobSearchDefaults } from './knob-search.js';
import { environmentName, knobPattern, pathBelowRoot, shortText } from './values.js';

/** Names `results_changing` settings by what may differ. */
const changes = z.enum(['rounding', 'randomness', 'precision']);

/** Where the search stands in the config: `[propose.knobs]`. Absent in configs that do not ask for it. */
export const knobSearchSchema = z.strictObject({
  enabled: z.boolean().default(knobSearchDefaults.enabled).describe('Turns what can be turned without a change of code, and proposes what is faster. Off where neither this table nor [[knobs]] is in the file, since a search takes samples of its own; `perfloop init` writes it.'),
  kinds: z.array(z.enum(knobSearchDefaults.kinds)).min(1).default([...knobSearchDefaults.kinds]).describe('Which kinds are turned: flags of compilers, builds that a training run guides, allocators, options of the runtime (Node, Python, Go, threads), and what [[knobs]] declare.'),
  results_changing: z.boolean().default(knobSearchDefaults.results_changing).describe('Also tries settings after which results may differ (fast-math, fewer bits, another batch size). They need a `check` command or [[cases]] to be compared by.'),
  train: z.string().trim().min(1).max(10_000).refine((text) => !text.includes('\0'), 'must not hold a NUL character').optional().describe('A shell command, run at the root, that trains builds which a profile guides (Go, GCC): the work of the benchmark on other inputs, so that the benchmark judges inputs that the training has not seen. Without such a command there is no such build.'),
  samples: z.int().min(24).max(100_000).default(knobSearchDefaults.samples).describe('Executions of the benchmark that the search of a round may take.'),
  share: z.number().positive().max(1).default(knobSearchDefaults.share).describe('The search of a round ends when it has taken this fraction of `loop.max_wall`.'),
});

export const declaredKnobSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must start with a lower-case letter and hold at most 40 lower-case letters, digits or -').describe('Its name in tables and reports. Required; each knob has another.'),
    file: pathBelowRoot.optional().describe('The file that holds the value, with `pattern`. A setting is then a patch of that file.'),
    pattern: knobPattern.optional().describe('A regular expression (RE2 syntax) with exactly one group, which captures the value. `^` and `$` match at lines. It must match once.'),
    env: environmentName.optional().describe('In place of `file` and `pattern`: the environment variable that the program reads. The best value is told as advice, with what was measured.'),
    range: z.tuple([z.number(), z.number()]).optional().describe('The smallest and the largest value, such as `[8, 512]`. Both ends are tried.'),
    step: z.number().positive().optional().describe('From one value of the range to the next: added, or multiplied with `scale = "log"`. Default: an eighth of the range, or 2.'),
    scale: z.enum(['linear', 'log']).optional().describe('How values are spread over the range. Default: `linear`.'),
    choices: z.array(z.union([shortText(200).min(1), z.number()])).min(2).max(mostValues).optional().describe('In place of `range`: the values to try.'),
    changes_results: changes.optional().describe('What may differ in results with another value: `rounding`, `randomness` or `precision`. Such a knob is turned only with `propose.knobs.results_changing`. Default: nothing may.'),
  })
  .superRefine((knob, context) => {
    for (const { path, message } of problemsOf(knob)) context.addIssue({ code: 'custom', path, message });
  });

type Declared = DeclaredValues & { file?: string | undefined; pattern?: string | undefined; env?: string | undefined };

function problemsOf({ file, pattern, env, range, step, scale, choices }: Declared): { path: string[]; message: string }[] {
  const problem = (key: string, message: string) => [{ path: [key], message }];
  const ofPlace = (): { path: string[]; message: string }[] => {
    if (env !== undefined && (file ?? pattern) !== undefined) return problem('env', 'a knob is in a file or in the environment: leave out `env`, or `file` and `pattern`');
    if (env === undefined && file === undefined) return problem('file', 'is missing: say where the value stands, by `file` and `pattern`, or by `env`');
    if (env === undefined && pattern === undefined) return problem('pattern', 'is missing: it says where in the file the value stands, such as `#define BLOCK (\\d+)`');
    return [];
  };
  const ofValues = (): { path: string[]; message: string }[] => {
    if (range !== undefined && choices !== undefined) return problem('choices', 'there is a `range` too: leave out one of the two');
    if (range === undefined && choices === undefined) return problem('range', 'is missing: say which values to try, by `range` or by `choices`');
    if (range === undefined) return [...(step === undefined ? [] : problem('step', 'belongs to a `range`')), ...(scale === undefined ? [] : problem('scale', 'belongs to a `range`'))];
    const [from, to] = range;
    if (from >= to) return problem('range', 'the first number must be below the second');
    if (scale === 'log' && from <= 0) return problem('range', 'must begin above 0 with `scale = "log"`');
    if (scale === 'log' && step !== undefined && step < 1.01) return problem('step', 'is a factor with `scale = "log"`: it must be at least 1.01');
    const count = valuesOf({ range, step, scale }).length;
    return count > mostValues ? problem('step', `gives more than ${mostValues} values, and each is built and sampled: make it larger`) : [];
  };
  return [...ofPlace(), ...ofValues()];
}

export type KnobSearchConfig = z.infer<typeof knobSearchSchema>;
export type DeclaredKnob = z.infer<typeof declaredKnobSchema>;
