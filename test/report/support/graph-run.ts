import { parseConfig } from '../../../src/core/config/parse.js';
import { planOf } from '../../../src/core/pipeline/plan-of.js';
import { encodeStates, type StepState } from '../../../src/core/pipeline/step-states.js';
import type { RunStatus } from '../../../src/core/status.js';
import type { ArtifactStore } from '../../../src/store/artifacts.js';
import { keepConfig } from '../../../src/store/run-config.js';
import { sampleRun } from './sample-run.js';

const commands = '[commands]\nbenchmark = "node bench.js"\n';

const loop = `${commands}[agents.codex]
command = ["codex"]
[[steps]]
type = "profile"
[[steps]]
type = "race"
name = "tries"
[[steps.steps]]
type = "pipeline"
name = "by-agent"
[[steps.steps.steps]]
type = "agent"
[[steps.steps.steps]]
type = "build"
retry = { attempts = 3 }
next = [{ to = "agent", on = "fail", when = "steps.build.count < 3" }]
[[steps.steps]]
type = "command"
name = "by-script"
command = "./optimize"
[[steps]]
type = "judge"
needs = ["tries"]
when = "defined(state.draft) and steps.tries.output.winner == 'by-agent'"
next = [{ to = "tries", when = "steps.judge.count < 3" }]
[[steps]]
type = "command"
name = "lint"
needs = ["tries"]
on_fail = "continue"
command = "make lint"
[[steps]]
type = "command"
name = "docs"
needs = ["profile"]
enabled = false
command = "make docs"
[[steps]]
type = "decide"
needs = ["judge", "lint"]
`;

/** A run of a graph with a race, a jump, a failure, and steps that are left out. */
export async function graphRun(artifacts: ArtifactStore): Promise<RunStatus> {
  return await withSteps(artifacts, loop, ['done', 'done', 'done', 'done', 'done', 'failed', 'done', 'failed', 'off', 'running'], [[3, 2], [4, 2]]);
}

/** A run of 500 steps that are alike in pairs only, and of as many that are all alike. */
export async function largeGraphRun(artifacts: ArtifactStore): Promise<RunStatus> {
  const steps = Array.from({ length: 500 }, (_, index) => `[[steps]]\ntype = "command"\nname = "s${index}"\ncommand = "true"\nneeds = [${index === 0 ? '' : index < 250 ? `"s${Math.floor((index - 1) / 2)}"` : '"s0"'}]\n`);
  return await withSteps(artifacts, `${commands}${steps.join('')}`, steps.map((_, index): StepState => (index === 400 ? 'failed' : index < 450 ? 'done' : 'waiting')));
}

async function withSteps(artifacts: ArtifactStore, text: string, states: readonly StepState[], again?: [number, number][]): Promise<RunStatus> {
  const status = await sampleRun(artifacts);
  const config = parseConfig(text, 'perfloop.toml');
  await keepConfig(artifacts, status.run, config);
  const count = (state: StepState): number => states.filter((one) => one === state).length;
  const { steps } = planOf(config);
  return { ...status, steps: { steps, done: count('done'), failed: count('failed'), left: count('off'), executions: steps + 2, running: [], states: encodeStates(states), ...(again === undefined ? {} : { again }) } };
}
