import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detected, FoundBenchmark, FoundCommand, LikelyMetric, Project } from '../../../src/client/detect/model.js';
import { renderConfig } from '../../../src/client/detect/render.js';
import { tomlString } from '../../../src/client/detect/toml-text.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { plainValue, parseToml } from '../../../src/core/config/toml.js';
import { detected } from './temp-repository.js';

const noise = { minGain: 0.03, spread: 0.0131 };
const empty: Detected = { name: 'x', languages: [], main: null, others: [] };

/** What a person gets who takes in every suggestion. */
function takenIn(text: string): string {
  return text.replaceAll(/^# (?=\[|[a-z_]+ = )/gm, '');
}

describe('renderConfig', () => {
  it('writes what was found, and why', async () => {
    const found = await detected({ 'package.json': '{"dependencies":{"a":"1"},"scripts":{"test":"tsc && mocha"}}', 'package-lock.json': '', 'bench/index.js': 'console.log(`rate: ${r} ops/s`)' });
    const text = renderConfig({ ...found, name: 'thing' }, noise);
    const config = parseConfig(text, 'perfloop.toml');
    expect(config.target).toMatchObject({ name: 'thing', setup: { run: 'npm ci' } });
    expect(config.commands).toMatchObject({ test: { run: 'npm test' }, benchmark: { run: 'node bench/index.js' } });
    expect(config.metrics).toEqual([]);
    expect(config.verdict.min_gain).toBe(0.03);
    expect(text).toContain('# From: script `test` in package.json: tsc && mocha\ntest = "npm test"');
    expect(text).toContain('# One sample of the benchmark varies by 1.3% (standard deviation)');
    expect(parseConfig(takenIn(text), 'perfloop.toml').metrics).toEqual([expect.objectContaining({ name: 'rate', goal: 'max' })]);
  });

  it('names the file of the results that the tests were made to write', async () => {
    const text = renderConfig(await detected({ 'package.json': '{"scripts":{"test":"vitest run"}}', 'package-lock.json': '' }), noise);
    expect(parseConfig(text, 'f')).toMatchObject({ tests: { format: 'vitest', report: '.test-results.json' }, commands: { test: { run: 'npm test -- --reporter=default --reporter=json --outputFile=.test-results.json' } } });
  });

  it('keeps the environment of a command', async () => {
    const text = renderConfig(await detected({ 'src/a.py': '', 'bench.py': '__main__' }), noise);
    expect(parseConfig(text, 'f').commands.benchmark).toMatchObject({ run: 'python3 bench.py', env: { PYTHONPATH: 'src' } });
  });

  it('writes metrics that are certain as they are, each of them primary', async () => {
    const text = renderConfig(await detected({ 'go.mod': '', 'a_test.go': 'func BenchmarkA(b *testing.B) {}\nfunc BenchmarkB(b *testing.B) {}\n' }), noise);
    expect(parseConfig(text, 'f').metrics).toEqual([expect.objectContaining({ name: 'A', primary: true }), expect.objectContaining({ name: 'B', primary: true, pattern: String.raw`^BenchmarkB(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op` })]);
  });

  it('leaves a benchmark of fixed time to a person, with what to do', async () => {
    const text = renderConfig(await detected({ 'package.json': '{}', 'bench/index.js': "import 'x'; import { Bench } from 'tinybench'" }), noise);
    expect(parseConfig(text, 'f').commands.benchmark).toBeUndefined();
    expect(text).toContain('tinybench repeats the work for a fixed time');
    expect(parseConfig(takenIn(text), 'f')).toMatchObject({ commands: { benchmark: { run: 'node bench/index.js' } }, metrics: [{ name: 'throughput' }] });
  });

  it('says what to fill in where nothing was found', () => {
    const text = renderConfig(empty, { minGain: 0.02, spread: null });
    expect(parseConfig(text, 'f').commands).toEqual({});
    expect(text).toContain('No benchmark was found, and perfloop needs one');
    expect(text).toContain('was not measured');
    expect(parseConfig(takenIn(text), 'f')).toMatchObject({ target: { setup: { run: 'make deps' } }, commands: { benchmark: { run: 'node bench/main.js' } }, approval: { mode: 'each' }, loop: { rounds: 3 } });
  });

  it('is valid whatever a repository says of itself', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const runnable = text.filter((value) => value.trim() !== '' && !value.includes('\0')).map((value) => `run ${value}`);
    const command: fc.Arbitrary<FoundCommand> = fc.record({ run: runnable, env: fc.dictionary(fc.constantFrom('A', 'B_C'), text.map((value) => `v${value.replaceAll('\0', '')}`)), evidence: text, caution: text });
    const benchmark: fc.Arbitrary<FoundBenchmark> = fc.tuple(command, fc.constantFrom('wall' as const, 'printed' as const)).map(([found, measures]) => ({ ...found, measures }));
    const metric: fc.Arbitrary<LikelyMetric> = fc.record({ name: fc.constantFrom('a', 'b c'), pattern: fc.constantFrom('(a)', String.raw`it's: "(\d+)"`), unit: fc.constantFrom('', 'µs', '"'), goal: fc.constantFrom('min', 'max'), evidence: text, certain: fc.boolean() });
    const project: fc.Arbitrary<Project> = fc.record({
      language: fc.constant('go'),
      files: fc.nat(),
      manifest: fc.option(text),
      packageManager: fc.constant(null),
      setup: fc.option(command),
      build: fc.option(command),
      test: fc.option(command),
      benchmark: fc.option(benchmark),
      metrics: fc.uniqueArray(metric, { maxLength: 2, selector: ({ name }) => name }),
      notes: fc.array(text, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(text, fc.option(project), fc.array(project, { maxLength: 1 }), fc.double(), (name, main, others, minGain) => {
        const config = parseConfig(renderConfig({ name, languages: [], main, others }, { minGain: Number.isFinite(minGain) ? minGain : 0, spread: 0.01 }), 'f');
        expect(config.commands.test?.run).toBe(main?.test?.run.replaceAll(/\p{Cs}/gu, '\uFFFD').trim());
        expect(config.metrics.every(({ name }) => main?.metrics.some((metric) => metric.name === name && metric.certain))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('tomlString', () => {
  it('is read back as it was', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      expect(plainValue(parseToml(`a = ${tomlString(text)}`, 'f'))).toEqual({ a: text.replaceAll(/\p{Cs}/gu, '\uFFFD') });
    }));
  });
});
