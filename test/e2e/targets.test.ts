import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startRun } from './runs.js';
import { sharedEngine } from './shared.js';
import { createTarget, type Target } from './target.js';

const engine = sharedEngine();
const targets: Target[] = [];
afterEach(() => {
  for (const target of targets.splice(0)) target.remove();
});

const program = `import lib
print(sum(lib.slow(n) for n in range(3)))
`;
const library = `def slow(n):
    return helper(n) + 1


def helper(n):
    return n
`;

/** Prints a table as perf does, then JSON. */
const profiler = `import json, sys
if sys.argv[1] == 'table':
    print('''# Overhead  Command  Shared Object  Symbol
# ........  .......  .............  ............
#
    60.00%  python   python         [.] slow
    20.00%  python   python         [.] helper
    10.00%  python   python         [.] [unknown]''')
elif sys.argv[1] == 'json':
    print(json.dumps([{'function': 'helper', 'file': 'lib.py', 'line': 6, 'samples': 8}, {'function': 'slow', 'samples': 2}]))
else:
    print('perf: Permission denied')
`;

function targetWith(steps: string): Target {
  const target = createTarget(() => ({
    'bench.py': program, 'lib.py': library, 'profiler.py': profiler, 'tools/prompt.md': 'Targets:\n{{targets}}\n{{context}}\nBefore: {{history}}\nState: {{state.targets}}\n',
    'perfloop.toml': `[commands]\nbenchmark = "python3 bench.py"\n[loop]\nrounds = 1\n${steps}`,
  }));
  targets.push(target);
  return target;
}

/** The text of a file in the folder of each execution of a step, the first execution first. */
function logsOf(run: string, step: string, file: string): string[] {
  const round = join(engine.home.logs, run, 'round-01');
  return readdirSync(round).filter((name) => name.endsWith(`-${step}`)).toSorted().map((folder) => readFileSync(join(round, folder, file), 'utf8'));
}

const chain = (command: string, more = ''): string => `[[steps]]
type = "analyze"
command = "python3 profiler.py ${command}"
[[steps]]
type = "select_targets"
when = "steps.analyze.output.findings > 0"
pick_top_k = 1
${more}
[[steps]]
type = "collect_context"
when = "steps.select_targets.output.count > 0"
[[steps]]
type = "write_prompt"
when = "steps.collect_context.output.call_sites > 0 and steps.select_targets.output.targets[0].share > 0.5"
template = "tools/prompt.md"
[[steps]]
type = "command"
name = "last"
command = "true"
when = "steps.write_prompt.output.prompt.bytes > 100"
`;

describe('a chain from the profile of a command to the prompt of an agent', () => {
  it('chooses targets from a table, collects their context, and fills the template of the base', async () => {
    const run = await startRun(engine, targetWith(`${chain('table')}next = [{ to = "select_targets", when = "steps.last.count < 2" }]\n`));
    expect(await run.result()).toMatchObject({ state: 'done', findings: 2, steps: { steps: 5, done: 5, executions: 9 } });
    const [prompt, again] = logsOf(run.id, 'write_prompt', 'prompt.md');
    expect(again).toBe(prompt);
    expect(prompt).toContain('Targets:\n1. `slow` (lib.py:1): 60.0% of the time in it\n### slow (lib.py:1)');
    expect(prompt).toContain('def slow(n):\n    return helper(n) + 1\n```');
    expect(prompt).toContain('- bench.py:2, in <module>: `print(sum(lib.slow(n) for n in range(3)))`');
    expect(prompt).toContain('Before: Nothing yet.');
    expect(prompt).toContain('"function": "slow"');
    for (const chosen of logsOf(run.id, 'select_targets', 'targets.json')) expect(JSON.parse(chosen)).toMatchObject({ passedOver: { ignored: 0, protected: 0, attempted: 0 } });
    expect(logsOf(run.id, 'collect_context', 'context.json')).toHaveLength(2);
    const entries = (kind: string): string[] => logsOf(run.id, 'analyze', `entries-${kind}.json`).flatMap((text) => (JSON.parse(text) as { function: string }[]).map(({ function: name }) => name));
    expect([entries('raw'), entries('filtered')]).toEqual([['slow', 'helper', '[unknown]'], ['slow', 'helper']]);
  });

  it('chooses by samples from JSON, leaves out what is ignored, and skips what has no targets', async () => {
    const one = await startRun(engine, targetWith(chain('json', 'by = "samples"\nignore = ["^helper$"]')));
    // The conditions of the prompt do not hold: slow has 20%.
    expect(await one.result()).toMatchObject({ state: 'done', steps: { done: 3 } });
    expect(JSON.parse(logsOf(one.id, 'select_targets', 'targets.json')[0] ?? '')).toMatchObject({ targets: [{ function: 'slow', samples: 2, share: 0.2 }], passedOver: { ignored: 1 } });
    const none = await startRun(engine, targetWith(chain('json', 'ignore = ["."]')));
    expect(await none.result()).toMatchObject({ state: 'done', steps: { done: 2 } });
  });

  it('says what is wrong with what was printed, with a template, and with the order of steps', async () => {
    const runs = await Promise.all([chain('broken'), chain('table').replace('tools/prompt.md', 'tools/no.md'), '[[steps]]\ntype = "collect_context"\n', '[[steps]]\ntype = "select_targets"\n'].map((steps) => startRun(engine, targetWith(steps))));
    const codes = await Promise.all(runs.map(async (run) => {
      await expect(run.result()).rejects.toThrow();
      return (await run.status()).error?.code;
    }));
    expect(codes).toEqual(['PL_ANALYZE_OUTPUT', 'PL_NO_SUCH_FILE', 'PL_NO_TARGETS', 'PL_NO_FINDINGS']);
  });
});
