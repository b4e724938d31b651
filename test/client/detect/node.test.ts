import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { detectProject } from '../../../src/client/detect/detect.js';
import { mainProject, temporaryRepository } from './temp-repository.js';

const manifest = (content: object): string => JSON.stringify({ name: 'x', ...content });
const withDependency = manifest({ dependencies: { a: '1' }, scripts: { build: 'tsc', test: 'tsc && mocha' } });

describe('the package manager', () => {
  it.each([
    ['package-lock.json', 'npm', 'npm ci', 'npm test', 'npm run build'],
    ['npm-shrinkwrap.json', 'npm', 'npm ci', 'npm test', 'npm run build'],
    ['yarn.lock', 'yarn', 'yarn install --frozen-lockfile', 'yarn run test', 'yarn run build'],
    ['pnpm-lock.yaml', 'pnpm', 'pnpm install --frozen-lockfile', 'pnpm run test', 'pnpm run build'],
  ])('is told by %s', async (lock, name, install, test, build) => {
    const project = await mainProject({ 'package.json': withDependency, [lock]: '' });
    expect(project.packageManager).toEqual({ name, evidence: lock });
    expect(project.setup).toEqual({ run: install, env: {}, evidence: lock });
    expect(project.test?.run).toBe(test);
    expect(project.build?.run).toBe(build);
  });

  it('is the one that package.json declares, whatever lock files lie about', async () => {
    const project = await mainProject({ 'package.json': manifest({ packageManager: 'yarn@4.1.0', dependencies: { a: '1' } }), 'package-lock.json': '{}' });
    expect(project.setup).toMatchObject({ run: 'yarn install --immutable', evidence: 'packageManager in package.json' });
  });

  it('is npm without a lock file, with a caution', async () => {
    const project = await mainProject({ 'package.json': withDependency });
    expect(project.setup).toMatchObject({ run: 'npm install', caution: expect.stringContaining('no lock file') });
  });

  it('installs nothing where there is nothing to install', async () => {
    expect((await mainProject({ 'package.json': manifest({}) })).setup).toBeNull();
  });
});

describe('the tests', () => {
  it('are not what npm init writes', async () => {
    const project = await mainProject({ 'package.json': manifest({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) });
    expect(project.test).toBeNull();
  });

  it('are run by node itself when no script does', async () => {
    const project = await mainProject({ 'package.json': '{}', 'test/a.js': '' });
    expect(project.test).toEqual({ run: 'node --test', env: {}, evidence: 'test/a.js, and no test script in package.json' });
  });
});

describe('the names of the tests', () => {
  it.each([
    ['vitest run', 'package-lock.json', 'npm test -- --reporter=default --reporter=json --outputFile=.test-results.json', { format: 'vitest', file: '.test-results.json' }],
    ['jest --coverage', 'yarn.lock', 'yarn run test --json --outputFile=.test-results.json', { format: 'jest', file: '.test-results.json' }],
    ['mocha test/*.js', 'pnpm-lock.yaml', 'pnpm run test --reporter xunit --reporter-option output=.test-results.xml', { format: 'junit', file: '.test-results.xml' }],
    ['vitest run --reporter=dot', 'package-lock.json', 'npm test', undefined],
    ['mocha -R dot', 'package-lock.json', 'npm test', undefined],
    ['vitest run && eslint .', 'package-lock.json', 'npm test', undefined],
    ['node --test', 'package-lock.json', 'npm test', undefined],
  ])('are written to a file by %j', async (script, lock, run, results) => {
    const project = await mainProject({ 'package.json': manifest({ scripts: { test: script } }), [lock]: '' });
    expect(project.test).toMatchObject({ run });
    expect(project.test?.results).toEqual(results);
  });
});

describe('the benchmark', () => {
  it('is the script of package.json, without npm around it where that is the same', async () => {
    const project = await mainProject({ 'package.json': manifest({ scripts: { bench: 'node perf/a.js --n 3' } }), 'perf/a.js': 'console.log(`rate: ${1} ops/s`)' });
    expect(project.benchmark).toEqual({ run: 'node perf/a.js --n 3', env: {}, evidence: 'script `bench` in package.json: node perf/a.js --n 3', measures: 'wall' });
    expect(project.metrics.map(({ name, goal, certain }) => ({ name, goal, certain }))).toEqual([{ name: 'rate', goal: 'max', certain: false }]);
  });

  it.each([['tsc && node b.js'], ['node b.js | tee log'], ['node b.js \u0000'], ['ava']])('stays with npm for the script %j', async (script) => {
    const project = await mainProject({ 'package.json': manifest({ scripts: { benchmark: script } }) });
    expect(project.benchmark).toMatchObject({ run: 'npm run --silent benchmark', measures: 'wall', caution: expect.stringContaining('npm') });
  });

  it.each([
    [{ 'bench/index.mjs': '', 'bench/other.mjs': '' }, 'node bench/index.mjs', undefined],
    [{ 'benchmark/only.js': '' }, 'node benchmark/only.js', undefined],
    [{ 'bench.cjs': '' }, 'node bench.cjs', undefined],
    [{ 'bench/b.js': '', 'bench/a.js': '' }, 'node bench/a.js', 'one of 2 benchmarks; the others: bench/b.js'],
    [{ 'bench/deep/a.js': '', 'bench/README.md': '' }, undefined, undefined],
    [{ "bench/it's.js": '' }, String.raw`node 'bench/it'\''s.js'`, undefined],
  ])('is found in the files %j', async (files, run, caution) => {
    const project = await mainProject({ 'package.json': '{}', 'a.js': '', ...(files as Record<string, string>) });
    expect(project.benchmark?.run).toBe(run);
    expect(project.benchmark?.caution).toBe(caution);
  });

  it.each(["import { Bench } from 'tinybench'", "const Benchmark = require('benchmark')", 'import { bench } from "mitata"'])('says that its wall time means nothing with %s', async (source) => {
    const project = await mainProject({ 'package.json': '{}', 'bench/index.js': source });
    expect(project.benchmark).toMatchObject({ measures: 'printed', caution: expect.stringContaining('for a fixed time') });
  });

  it('in TypeScript is run when the repository brings tsx', async () => {
    const files = { 'bench/index.ts': '', 'src/a.ts': '' };
    expect((await mainProject({ 'package.json': manifest({ devDependencies: { tsx: '4' } }), ...files })).benchmark?.run).toBe('node --import tsx bench/index.ts');
    expect((await mainProject({ 'package.json': '{}', ...files })).benchmark).toBeNull();
  });
});

it('finds commands that work', async () => {
  const dir = temporaryRepository({
    'package.json': manifest({ type: 'module', scripts: { test: 'node --test' } }),
    'sum.js': 'export const sum = (list) => list.reduce((a, b) => a + b, 0);',
    'test/sum.test.js': "import test from 'node:test'; import { sum } from '../sum.js'; test('sum', (t) => t.assert ?? sum([1]));",
    'bench/index.js': "import { sum } from '../sum.js'; const n = sum(Array.from({ length: 1e5 }, (_, i) => i)); console.log(`total time: ${n} ms`);",
  });
  const { main } = await detectProject(dir);
  const run = (command: string | undefined): string => execFileSync('/bin/sh', ['-c', command ?? 'exit 1'], { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  expect(run(main?.test?.run)).toContain('pass 1');
  const [metric] = main?.metrics ?? [];
  expect(new RegExp(metric?.pattern ?? '$^').exec(run(main?.benchmark?.run))?.[1]).toBe('4999950000');
});

describe('a repository', () => {
  it('counts only what git holds', async () => {
    const dir = temporaryRepository({ 'package.json': '{}' }, { 'bench/index.js': '' });
    expect((await detectProject(dir)).main?.benchmark).toBeNull();
  });

  it('with a broken package.json is still looked at', async () => {
    const project = await mainProject({ 'package.json': '{ "scripts": ', 'bench/a.js': '' });
    expect(project.benchmark?.run).toBe('node bench/a.js');
    expect(project.notes).toEqual([expect.stringContaining('package.json cannot be read')]);
  });

  it('of several packages is noted', async () => {
    expect((await mainProject({ 'package.json': manifest({ workspaces: ['packages/*'] }) })).notes).toEqual([expect.stringContaining('several packages')]);
  });
});
