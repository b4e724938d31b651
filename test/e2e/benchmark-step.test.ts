import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json-value.js';
import { readState } from '../../src/worker/engine/state.js';
import { sharedEngine } from './shared.js';
import { startRun } from './runs.js';
import { createTarget, effect, type Target } from './target.js';

const engine = sharedEngine({ SOME_TOKEN: 'tok-3f9a1c77de' });
const targets: Target[] = [];
afterEach(() => {
  for (const target of targets.splice(0)) target.remove();
});

function targetWith(config: (outside: string) => string, files: Record<string, string> = {}): Target {
  const target = createTarget((outside) => ({ 'bench.js': 'console.log(1);\n', ...files, 'perfloop.toml': `[commands]\nbenchmark = "node bench.js"\n${config(outside)}` }));
  targets.push(target);
  return target;
}

const linesOf = (path: string): Record<string, unknown>[] => readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a step of type benchmark', () => {
  it('throws its warm-ups away, sums up its runs by its own patterns, and compares with the readings before, in later rounds too', async () => {
    // Speaks of a rate that grows by ten with each run: 10, 20 of the warm-ups, then 30, 40, 50; in the second round 60 …
    const script = (outside: string): string => `${effect(outside, 'run')}; n=$(grep -c run ${outside}/effects); echo QPS: 1; echo QPS: $((n * 10)); echo Index build time: 42.5s; echo $SECRET`;
    const target = targetWith((outside) => `[loop]\nrounds = 2\nplateau = 9\nbaseline = { QPS = 20 }\n[[steps]]\ntype = "benchmark"\nname = "bench"\nwarmups = 2\nruns = 3
command = { run = ${JSON.stringify(script(outside))}, env = { SECRET = "$SOME_TOKEN" } }\nmetrics = { QPS = 'QPS: ([0-9.]+)', build = 'Index build time: ([0-9.]+)s' }\ngoals = { QPS = "max" }
[[steps]]\ntype = "command"\nname = "after"\nwhen = "steps.bench.output.metrics.QPS > 30 and steps.bench.output.summary.QPS.n == 3"\ncommand = ${JSON.stringify(effect(outside, 'after'))}\n`);
    const run = await startRun(engine, target);
    const status = await run.result();
    expect(target.effects()).toEqual([...Array<string>(5).fill('run'), 'after', ...Array<string>(5).fill('run'), 'after']);
    // The second line `after` is no `run`: the rates of the second round are 60 … 100, of which the last three count.
    expect(status.benchmark).toMatchObject({ reading: { round: 2, metrics: { QPS: 90, build: 42.5 } }, baseline: { metrics: { QPS: 20 } }, best: { round: 1, metrics: { QPS: 40 } }, last: { round: 1 }, gain: { baseline: { QPS: 3.5 }, best: { QPS: 1.25, build: 0 } } });
    const folder = join(engine.home.logs, run.id, 'round-02', '0001-bench');
    expect(linesOf(join(folder, 'runs.jsonl')).map(({ warmup, ok, metrics }) => [warmup, ok, (metrics as { QPS: number }).QPS])).toEqual([[true, true, 60], [true, true, 70], [false, true, 80], [false, true, 90], [false, true, 100]]);
    expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))).toMatchObject({ warmups: 2, runs: 3, metrics: [{ name: 'QPS', goal: 'max', summary: { n: 3, mean: 90, median: 90, standard_deviation: 10, min: 80, max: 100 } }, { name: 'build' }] });
    const printed = readFileSync(join(folder, 'benchmark.log'), 'utf8');
    expect(printed).toContain('--- run 5\nQPS: 1\nQPS: 100\n');
    expect(printed).not.toContain('tok-3f9a1c77de');
  });

  it('fails with the tail of the run that failed, and none follows', async () => {
    const target = targetWith((outside) => `[loop]\nrounds = 1\n[[steps]]\ntype = "benchmark"\nname = "bench"\nwarmups = 1\nruns = 5\ncommand = ${JSON.stringify(`${effect(outside, 'run')}; test $(grep -c run ${outside}/effects) -lt 3 || { echo out of cheese >&2; exit 7; }`)}\n`);
    const run = await startRun(engine, target);
    await expect(run.result()).rejects.toThrow();
    const { error } = await run.status();
    expect(error?.code).toBe('PL_STEP_FAILED');
    expect(error?.message).toMatch(/step bench, execution 1, attempt 1: run 2 of 5: it ended with exit code 7\n(?:.*\n)*?out of cheese/);
    expect(target.effects()).toEqual(['run', 'run', 'run']);
    expect(linesOf(join(engine.home.logs, run.id, 'round-01', '0001-bench', 'runs.jsonl')).at(-1)).toMatchObject({ run: 3, ok: false, failure: { kind: 'exit', code: 7 } });
  });
});

describe('a worker that is killed in the middle of a series', () => {
  it('costs the run in hand, and one that warms up again', async () => {
    const script = (outside: string): string => `${effect(outside, 'run')}; n=$(grep -c run ${outside}/effects); if [ $n -eq 4 ]; then sleep 3600; fi; echo QPS: $n`;
    const target = targetWith((outside) => `[loop]\nrounds = 1\n[[steps]]\ntype = "benchmark"\nname = "bench"\nwarmups = 1\nruns = 4\ncommand = ${JSON.stringify(script(outside))}\nmetrics = { QPS = 'QPS: ([0-9.]+)' }\n`);
    const run = await startRun(engine, target);
    await run.until('the fourth run', () => target.effects().length === 4);
    process.kill(readState(engine.home)?.worker?.pid ?? 0, 'SIGKILL');
    await run.result();
    const folder = join(engine.home.logs, run.id, 'round-01', '0001-bench');
    expect(linesOf(join(folder, 'runs.jsonl')).map(({ run: number, warmup, metrics }) => [number, warmup, (metrics as { QPS: number }).QPS])).toEqual([[1, true, 1], [2, false, 2], [3, false, 3], [4, true, 5], [5, false, 6], [6, false, 7]]);
    expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))).toMatchObject({ metrics: [{ summary: { n: 4, min: 2, max: 7 } }] });
    expect(target.effects()).toHaveLength(7);
    // What the runs before printed is still there.
    expect(readFileSync(join(folder, 'benchmark.log'), 'utf8').match(/QPS: \d/g)).toEqual(['QPS: 1', 'QPS: 2', 'QPS: 3', 'QPS: 5', 'QPS: 6', 'QPS: 7']);
  });
});

describe('the folder of a run\'s logs', () => {
  const read = (...path: string[]): Json => JSON.parse(readFileSync(join(engine.home.logs, ...path), 'utf8')) as Json;
  const tree = (...path: string[]): string[] => readdirSync(join(engine.home.logs, ...path)).toSorted();

  it('has the plan, each execution of a step in order with its log and outcome, and the state', async () => {
    const target = targetWith((outside) => `[loop]\nrounds = 2\nplateau = 9\n[[steps]]\ntype = "command"\nname = "zero"\ncommand = { run = "echo hello $SECRET", env = { SECRET = "$SOME_TOKEN" } }
[[steps]]\ntype = "command"\nname = "flaky"\ncommand = ${JSON.stringify(`${effect(outside, 'flaky')}; test $(grep -c . ${outside}/effects) -ge 2 || { echo not yet >&2; exit 3; }`)}\nretry = { attempts = 2, backoff = "10ms" }
[[steps]]\ntype = "benchmark"\nname = "bench"\nwarmups = 0\nruns = 2\n`);
    const run = await startRun(engine, target);
    const status = await run.result();
    expect(tree(run.id, 'round-01')).toEqual(['0001-zero', '0002-flaky', '0003-flaky', '0004-bench']);
    expect(tree(run.id, 'round-02')).toEqual(['0001-zero', '0002-flaky', '0003-bench']);
    const [log = ''] = tree(run.id, 'round-01', '0001-zero').filter((name) => name.startsWith('command-'));
    expect(readFileSync(join(engine.home.logs, run.id, 'round-01', '0001-zero', log), 'utf8')).toBe('hello [redacted]\n');
    expect(read(run.id, 'round-01', '0002-flaky', 'step.json')).toMatchObject({ step: 'flaky', type: 'command', round: 1, count: 1, attempt: 1, status: 'failed', error: { code: 'PL_STEP_FAILED', message: expect.stringContaining('not yet') as string } });
    expect(read(run.id, 'round-01', '0003-flaky', 'step.json')).toMatchObject({ attempt: 2, status: 'done', output: { wall_ms: expect.any(Number) as number } });
    expect(read(run.id, 'plan.json')).toMatchObject({ steps: [{ name: 'zero' }, { name: 'flaky' }, { name: 'bench' }], loop: { rounds: 2 } });
    expect(read(run.id, 'state.json')).toMatchObject({ run: run.id, state: 'done', round: 2, head: status.champion, last_step: { name: 'bench', round: 2, status: 'done' }, benchmark: { last: { round: 2 }, best: { round: 1 } }, last_decision: null });
  });
});
