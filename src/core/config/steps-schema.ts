import { z } from 'zod';
import { commandSpec } from './command-schema.js';
import { durationMs } from './duration.js';
import { linearPattern, metricPattern, pathBelowRoot, shortText } from './values.js';

/** The types of steps, with what they do, for people. */
export const stepTypes = {
  warmup: 'surveys the repository, checks that the base builds, passes and measures, and takes the noise; once a run',
  profile: 'profiles the best commit so far',
  analyze: 'finds the hottest functions of the repository, with evidence',
  optimize: 'proposes candidates for the findings and ranks them',
  execute: 'tries each candidate: apply, build, test, compare outputs, measure; accepts or drops it',
  learn: 'writes down what each trial taught',
  command: 'runs a command of yours in a worktree of the draft, or of the best commit',
  agent: 'has an agent edit: what it changed is the draft, built and tested unless `verify = false`',
  build: 'builds the draft',
  test: 'tests the draft, and compares with the tests of the base',
  smoke: 'runs the smoke command on the draft',
  check: 'compares the outputs of the draft with those of the best commit',
  judge: 'tries the draft as a candidate: the whole verdict',
  decide: 'accepts the draft or drops it, by the verdict',
  approve: 'asks a person, and waits for the decision, for days where it has to',
  benchmark: 'runs the benchmark a fixed number of times and sums up what it says: a plain reading, never a verdict',
  select_targets: 'picks the functions that are worked on from the findings',
  collect_context: 'collects the source of those functions, and who calls them',
  write_prompt: 'writes the task of an agent, which its prompt holds beside the rules',
  publish: 'points the result branch at the best commit',
  pipeline: 'steps of its own, one after another',
  parallel: 'steps that run at the same time, and do not see each other',
  race: 'steps of which the first to end well wins; the others are ended',
  noop: 'does nothing; for measuring the engine',
} as const;

export type StepType = keyof typeof stepTypes;

export const typeNames = Object.keys(stepTypes);

export function isStepType(type: string): type is StepType {
  return Object.hasOwn(stepTypes, type);
}

/** The keys that only some types take; `with` only those of the user. A key that is not here every type takes. */
export const keysOfTypes: Readonly<Record<string, readonly StepType[]>> = {
  command: ['command', 'analyze', 'benchmark'],
  output: ['command'],
  agent: ['agent'],
  verify: ['agent'],
  explain: ['decide'],
  may_overrule: ['decide'],
  metrics: ['command', 'benchmark'],
  goals: ['benchmark'],
  warmups: ['benchmark'],
  runs: ['benchmark'],
  ignore: ['analyze', 'select_targets'],
  by: ['select_targets'],
  pick_top_k: ['select_targets'],
  max_attempts_per_function: ['select_targets'],
  call_sites: ['collect_context'],
  snippet_lines: ['collect_context'],
  template: ['write_prompt'],
  file: ['pipeline'],
  with: [],
  steps: ['pipeline', 'parallel', 'race'],
  on_timeout: ['parallel', 'approve'],
  question: ['approve'],
  on_reject: ['approve'],
};

const stepName = z.string().regex(/^[A-Za-z][\w.-]{0,99}$/, 'must start with a letter and hold at most 100 letters, digits, _ . or -; the names of the groups around its file stand before it');

/** The grammar is that of src/core/expression, which is looked at with the plan. */
const expression = z.string().trim().min(1).max(2000).meta({ title: 'expression' });

const retrySchema = z.strictObject({
  attempts: z.int().min(1).max(100).default(3).describe('How often it is tried in all.'),
  backoff: durationMs.default(1000).describe('The wait before the second attempt.'),
  factor: z.number().min(1).max(10).default(2).describe('Each further wait is so many times the one before.'),
  max_backoff: durationMs.default(60_000).describe('No wait is longer.'),
});

const jumpSchema = z.strictObject({
  to: stepName.describe('The step that runs again, and with it all that needs it. Required.'),
  on: z.enum(['done', 'fail']).optional().describe('`done`, the default: after the step has ended well. `fail`: after it has failed and is not tried again; the jump is taken in place of what `on_fail` says.'),
  when: expression.optional().describe('Jumps only where this is true; the first jump of the list that applies is taken.'),
  input: z.json().optional().describe('What the target gets as its input: any value. Default: the output of this step; after a failure `{ step, code, message }`, with the end of what its command printed.').meta({ title: 'any value' }),
});

/** A step as it is written. Keys have no defaults here, but `enabled`: a plan of old types and keys alone is told by their absence. */
export const stepSchema = z.strictObject({
  // Which there are is looked at with [step_types], in step-rules.ts.
  type: z.string({ error: (issue) => (issue.input === undefined ? `is missing; expected one of ${typeNames.join(', ')}` : undefined) }).describe('What the step does: one of the types below, or one of [step_types.NAME]. Required.'),
  name: stepName.optional().describe('Its name, which no other step has. Default: the type.'),
  enabled: z.boolean().default(true).describe('A disabled step is passed over, and counts as satisfied.'),
  needs: z.array(stepName).max(1000).optional().describe('The steps of its list that must end before it. Default: where no step of the list says `needs`, the one before it.'),
  join: z.enum(['all', 'any']).optional().describe('With several `needs`: it runs when `all` of them that are not skipped have ended (the default), or `any`.'),
  when: expression.optional().describe('Runs only where this is true; else it is skipped, and so is what needs only it.'),
  timeout: durationMs.optional().describe('After this long it fails, and what it runs is ended. Of `approve`: how long it waits; default: `approval.timeout`.'),
  retry: retrySchema.optional().describe('What happens when it fails. Default: it is tried once.'),
  on_fail: z.enum(['fail', 'continue']).optional().describe('`fail`, the default: the round ends with it. `continue`: what needs it goes on without its output.'),
  next: z.array(jumpSchema).max(20).optional().describe('Jumps after it has ended.'),
  command: commandSpec.optional().describe('For `command`, required there: runs in a worktree of the draft, or of the champion where there is none. For `analyze`: runs in one of the champion in place of the rules; the functions that it prints, as JSON or as a table, are the findings. For `benchmark`: in place of `commands.benchmark`.'),
  output: z.enum(['none', 'json']).optional().describe('For `command`. `json`: its output is the JSON that it prints. Default: `none`.'),
  metrics: z.record(shortText(60).min(1), metricPattern).optional().describe('For `command` and `benchmark`: numbers in what it prints, by name; the last match counts. Default of `benchmark`: [[metrics]].'),
  goals: z.record(shortText(60).min(1), z.enum(['min', 'max'])).optional().describe('For `benchmark`: which of its `metrics` are better when they are less (`min`), and which when they are more (`max`). Default: as [[metrics]] say of that name, else `min`.'),
  warmups: z.int().min(0).max(1000).optional().describe('For `benchmark`: executions before the first that counts. Default: 3.'),
  runs: z.int().min(1).max(1000).optional().describe('For `benchmark`: executions that count. Default: 10.'),
  ignore: z.array(linearPattern).max(100).optional().describe('For `select_targets`, and `analyze` with a command: functions whose name matches one are left out. Default of `analyze`: `^\\[.*\\]$`, frames without a name.'),
  by: z.enum(['self', 'samples']).optional().describe('For `select_targets`: by share of the time (the default), or by samples.'),
  pick_top_k: z.int().min(1).max(20).optional().describe('For `select_targets`: how many functions at most. Default: 3.'),
  max_attempts_per_function: z.int().min(1).max(1000).optional().describe('For `select_targets`: a function with so many attempts in this run, refused ones too, is passed over. Default: 3.'),
  call_sites: z.int().min(0).max(200).optional().describe('For `collect_context`: call sites of each function at most. Default: 5.'),
  snippet_lines: z.int().min(1).max(2000).optional().describe('For `collect_context`: lines of each function at most. Default: 80.'),
  template: pathBelowRoot.optional().describe('For `write_prompt`: a file of the repository, read from the base, in which `{{targets}}`, `{{context}}`, `{{history}}`, `{{input}}`, `{{commands}}`, `{{protected}}` and `{{state.KEY}}` are filled in. Default: a task that comes with perfloop, with targets and context.'),
  agent: z.string().min(1).max(60).optional().describe('For `agent`: which of [agents.NAME]. Default: the only one.'),
  with: z.record(z.string(), z.json()).optional().describe('For types of your own: the settings that the function gets. In texts stand expressions as in `when` between `{{` and `}}`, such as `{{input}}`, `{{state.KEY}}` or `{{steps.judge.output.ratio}}`; a text that is one of them alone becomes its value. See docs/pipeline.md.').meta({ title: 'table of any values' }),
  explain: z.string().min(1).max(60).optional().describe('For `decide`: which of [models.NAME] or [agents.NAME] explains the decision, and writes the message of the commit that is accepted. It is told the verdict, what steps of type `benchmark` read in this round and the last one, and which files the change touches. Where it gives no answer the decision stands without one. Default: nobody.'),
  may_overrule: z.boolean().optional().describe('For `decide`: whether who explains the decision may turn an acceptance down. It can never have accepted what the verdict does not accept. Default: `false`.'),
  file: z.string().min(1).max(1000).optional().describe('For `pipeline`, in place of `steps`: a file with the members as [[steps]], such as `steps/polish.toml`. The path begins at the file that names it, and stays in the repository. Outside of the file its steps are named `GROUP.STEP`, so that it can be used several times. See docs/pipeline.md.').meta({ title: 'path' }),
  verify: z.boolean().optional().describe('For `agent`: whether what it edited is built and tested at once, and it edits again, up to its `max_iterations`, until both pass. Default: true. `false`: its first edit is the draft as it is, for steps of type `build` and `test` after it, which jump back to it with what failed.'),
  get steps() {
    return z.array(stepSchema).max(10_000).optional().describe('For `parallel`, `race` and `pipeline`: the members, as [[steps.steps]]. Of the first two all begin at once, unless one says `needs`; those of a pipeline run one after another.');
  },
  on_timeout: z.enum(['fail', 'finished', 'approve', 'reject']).optional().describe('When its `timeout` is over. For `parallel`: it fails (`fail`, the default), or ends with the members that have `finished`. For `approve`: what counts as decided, `approve` or `reject`; default: `approval.on_timeout`.'),
  question: z.string().trim().min(1).max(4000).optional().describe('For `approve`: what a person is asked, with expressions as in `when` between `{{` and `}}`, such as `{{steps.judge.output.ratio}}`, `{{state.KEY}}` or `{{input}}`. Draft, verdict and benchmark are shown in any case. Default: whether to go on.'),
  on_reject: z.enum(['fail', 'continue']).optional().describe('For `approve`. `fail`, the default: a rejection fails the step, so that nothing behind it runs unless a jump with `on = "fail"` or `on_fail` says so. `continue`: it ends well with `approved` false, which conditions look at.'),
});

export type StepConfig = z.infer<typeof stepSchema>;
