import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '../../src/core/status.js';
import { findProfilers, isUsable } from '../../src/profile/capture/profilers.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { agentPrograms } from '../support/agent-programs.js';
import type { ModelServer } from '../support/model-server.js';
import { codexModels, type Script } from '../support/scripted-agents.js';
import { setUpEngine, type TestEngine } from './engine.js';
import { resultBranch, resultGit, startRun, trialOf, verdictOf } from './runs.js';
import { createTarget, type Target } from './target.js';

// The example with its pipeline in the long form, from the profile to an accepted commit: the real codex edits it, and a
// local server plays the model. Only the amount of measuring is less than the example's own.

const example = join(packageRoot, 'examples', 'vecsearch-cpp');
const missing = ['make', 'g++', 'gprof'].filter((program) => spawnSync(program, ['--version']).status !== 0);
const programs = missing.length > 0 ? `there is no ${missing.join(' and no ')}` : await agentPrograms();
const whyNot = typeof programs === 'string' ? programs : '';

/** Replaces a text that must be there. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the example no longer holds ${from}`);
  return text.replace(from, to);
}

/** A search that copies no item, and puts only what is near enough into its queue. */
function leanSearch(): string {
  const referring = replaced(readFileSync(join(example, 'src/ivf_index.cpp'), 'utf8'), 'for (auto item : lists_.at(list)) {', 'for (const Item& item : lists_.at(list)) {');
  return replaced(referring, `      if (removed_.count(item.id) > 0) continue;
      nearest.push(Hit{item.id, distance(metric_, query, item.values)});
`, `      float apart = distance(metric_, query, item.values);
      if (nearest.size() == k && (k == 0 || apart > nearest.top().distance)) continue;
      if (removed_.count(item.id) > 0) continue;
      nearest.push(Hit{item.id, apart});
`);
}

/** Distances in one pass, those of Euclid four numbers at a time. `rest`: also of what is left over, where a length is no multiple of four. */
const distances = ({ sum, rest }: { sum: string; rest: boolean }): string => `#include "distance.h"

#include <cmath>
#include <cstddef>
#include <cstring>

namespace vecsearch {

typedef float Lanes __attribute__((vector_size(16)));
static const size_t lanes = 4;

static Lanes load(const float* from) {
  Lanes all;
  std::memcpy(&all, from, sizeof all);
  return all;
}

static float total(Lanes all) {
  return (all[0] + all[2]) + (all[1] + all[3]);
}

float l2_distance(const std::vector<float>& a, const std::vector<float>& b) {
  Lanes squares = {};
  size_t i = 0;
  for (; i + lanes <= a.size(); i += lanes) {
    Lanes difference = load(&a[i]) - load(&b[i]);
    squares += difference * difference;
  }
  float sum = ${sum}(squares);
${rest ? '  for (; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);\n' : ''}  return std::sqrt(sum);
}

float cosine_distance(const std::vector<float>& a, const std::vector<float>& b) {
  float dot = 0, first = 0, second = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    dot += a[i] * b[i];
    first += a[i] * a[i];
    second += b[i] * b[i];
  }
  float lengths = std::sqrt(first) * std::sqrt(second);
  return lengths == 0 ? 1 : 1 - dot / lengths;
}

float distance(Metric metric, const std::vector<float>& a, const std::vector<float>& b) {
  return metric == Metric::l2 ? l2_distance(a, b) : cosine_distance(a, b);
}

}  // namespace vecsearch
`;

const title = 'Measure distances in one pass, and copy no item';
const file = 'src/distance.cpp';

/** It mends what it is told of, and nothing else: who is not told what failed never gets there. */
const script: Script = ({ conversation, prompt }) => {
  const write = (files: Record<string, string>): ReturnType<Script> => ({ files, say: title });
  if (conversation === 0) return write({ 'src/ivf_index.cpp': leanSearch(), [file]: distances({ sum: 'sum_of', rest: false }) });
  if (/error: .{0,60}sum_of/.test(prompt)) return write({ [file]: distances({ sum: 'total', rest: false }) });
  if (/not ok \d+ - the Euclidean distance of a triangle/.test(prompt)) return write({ [file]: distances({ sum: 'total', rest: true }) });
  return write({ [file]: '// nobody said what failed\n' });
};

/** The files of the example, with `pipeline` for its pipeline.toml. */
function filesWith(pipeline: string): Record<string, string> {
  const names = readdirSync(example, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(example.length + 1)).filter((name) => !name.startsWith('build/'));
  return { ...Object.fromEntries(names.map((name) => [name, readFileSync(join(example, name), 'utf8')])), 'pipeline.toml': pipeline };
}

const written = readFileSync(join(example, 'pipeline.toml'), 'utf8');

/** The folders of the steps of the first round, in the order in which they began: `build`, `agent`, … */
const executed = (engine: TestEngine, run: string): string[] => readdirSync(join(engine.home.logs, run, 'round-01')).toSorted().map((name) => name.replace(/^\d+-/, ''));

/** What the first execution of a step came to. */
function outputOf(engine: TestEngine, run: string, step: string): Record<string, unknown> {
  const folder = join(engine.home.logs, run, 'round-01');
  const name = readdirSync(folder).toSorted().find((one) => one.replace(/^\d+-/, '') === step);
  if (name === undefined) throw new Error(`${step} never ran; there are ${readdirSync(folder).join(', ')}`);
  return (JSON.parse(readFileSync(join(folder, name, 'step.json'), 'utf8')) as { output: Record<string, unknown> }).output;
}

describe.skipIf(whyNot !== '')(whyNot === '' ? 'the long form of examples/vecsearch-cpp' : `the long form of examples/vecsearch-cpp: skipped, for ${whyNot}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-codex-'));
  const started: { server?: ModelServer; stop?: () => Promise<void>; targets: Target[] } = { targets: [] };
  let engine: TestEngine;

  const targetOf = (config: string): { target: Target; config: string } => {
    const target = createTarget(() => filesWith(config));
    started.targets.push(target);
    return { target, config: join(target.dir, 'pipeline.toml') };
  };

  beforeAll(async () => {
    if (typeof programs === 'string') return;
    // perfloop leaves folders of npm's out of PATH, and a sandbox shows what PATH names.
    symlinkSync(join(programs.folder, 'codex'), join(folder, 'codex'));
    started.server = await codexModels(script);
    const { start, stop, ...rest } = setUpEngine({ CODEX_TEST_KEY: 'sk-of-nobody', PATH: `${folder}:${process.env['PATH']}` });
    started.stop = stop;
    engine = { ...rest, ...(await start()) };
  });

  afterAll(async () => {
    await started.stop?.();
    await started.server?.close();
    for (const target of started.targets) target.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);

  describe('with codex', () => {
    let status: RunStatus;
    const prompts = (): string[] => (started.server?.received ?? []).map(({ body }) => JSON.stringify(body));

    beforeAll(async () => {
      const provider = `model_providers.local={name="local",base_url="${started.server?.url}",env_key="CODEX_API_KEY",wire_api="responses"}`;
      // The tests may run as root, where codex has no sandbox of its own within perfloop's.
      const local = `model = "scripted"\nunsafe = true\nenv = { CODEX_API_KEY = "$CODEX_TEST_KEY" }\nargs = ["-c", "model_provider=local", "-c", ${JSON.stringify(provider)}]`;
      const fewer = replaced(written, 'login = ["~/.codex/auth.json"]', local).replaceAll('warmups = 3\nruns = 10', 'warmups = 0\nruns = 2');
      const { target, config } = targetOf(`${fewer}\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\nnoise_pairs = 4\nfinal_pairs = 10\n[approval]\nmode = "never"\n`);
      status = await (await startRun(engine, target, { config, rounds: 1 })).result();
      // It compiles some ten times, on a machine that others use.
    }, 900_000);

    it('runs every step, and goes back to the agent where the build, and then a test, fails', async () => {
      const hasPerf = (await findProfilers(process.env)).some((one) => one.kind === 'perf' && isUsable(one));
      const looks = ['warmup', 'baseline', 'profile', hasPerf ? 'analyze' : 'gprof', 'select_targets', 'collect_context', 'write_prompt'];
      expect(executed(engine, status.run)).toEqual([...looks, 'agent', 'build', 'agent', 'build', 'test', 'agent', 'build', 'test', 'check', 'benchmark', 'judge', 'decide', 'publish', 'learn']);
      expect(status.agents?.map(({ outcome }) => outcome)).toEqual(['edited', 'edited', 'edited']);
      // It was sent back, which is no further attempt at its targets.
      expect(status.agents?.map(({ targets }) => targets?.length)).toEqual([3, undefined, undefined]);
    });

    it('tells the agent of the hottest functions with their source', () => {
      expect(prompts()[0]).toContain('`vecsearch::cosine_distance` (src/distance.cpp:');
      expect(prompts()[0]).toContain('float lengths = std::sqrt(dot(a, a)) * std::sqrt(dot(b, b));');
      expect(prompts()[0]).toContain('Make searches in this vector index faster');
    });

    it('accepts the change by its verdict, and publishes it', () => {
      expect(status).toMatchObject({ state: 'done', accepted: 1 });
      expect(verdictOf(trialOf(status, 'r1-1'))).toBe('accepted faster');
      expect(outputOf(engine, status.run, 'decide')).toMatchObject({ decision: 'accepted' });
      expect(trialOf(status, 'r1-1').verdict?.measured?.ratio).toBeGreaterThan(1.3);
      expect(resultBranch(engine, status)).toBe(status.champion);
      expect(resultGit(engine, status, 'log', '-1', '--format=%s', status.champion)).toBe(title);
      expect(resultGit(engine, status, 'diff', '--name-only', `${status.champion}~`, status.champion).split('\n')).toEqual([file, 'src/ivf_index.cpp']);
    });

    it('reads the draft beside the baseline', () => {
      expect(status.benchmark).toMatchObject({ reading: { step: 'benchmark', metrics: { build: expect.any(Number) as number } }, best: { step: 'baseline' } });
      expect(status.benchmark?.reading.metrics['recall']).toBeGreaterThanOrEqual(0.93);
      expect(status.benchmark?.gain.baseline?.['queries']).toBeGreaterThan(0.3);
    });
  });

  it('finds its targets by gprof where nothing can be profiled', async () => {
    const { target, config } = targetOf(replaced(written, '[check]\n', 'profile = "exit 1"\n\n[check]\n'));
    const status = await (await startRun(engine, target, { config, rounds: 1, only: ['profile,analyze,gprof,select_targets'] })).result();
    expect(executed(engine, status.run)).toEqual(['profile', 'gprof', 'select_targets']);
    expect(outputOf(engine, status.run, 'select_targets')['targets']).toContainEqual(expect.objectContaining({ function: 'vecsearch.cosine_distance', file }));
  });
});
