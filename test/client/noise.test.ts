import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adviceOn, type Observed } from '../../src/client/noise/advice.js';
import type { NoiseResult } from '../../src/client/verbs/noise.js';
import { noiseProfile, type NoiseProfile } from '../../src/core/verdict/noise-profile.js';
import type { Fingerprint } from '../../src/measure/fingerprint.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { around, wallOnly, wallPairs } from '../core/verdict/pairs.js';
import { userGit } from '../workspace/fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'perfloop-noise-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `interruptAt`: sends SIGINT when stderr has this. */
async function perfloop(args: string[], { interruptAt }: { interruptAt?: string } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'perfloop.js'), ...args], { cwd: folder, env: { ...process.env, PERFLOOP_HOME: join(folder, 'home') }, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  let interrupted = false;
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    out.stderr += chunk.toString();
    // A second one would end it at once.
    if (interruptAt === undefined || interrupted || !out.stderr.includes(interruptAt)) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...out, code })));
}

function repository(files: Record<string, string>): string {
  const dir = mkdtempSync(join(folder, 'repo-'));
  userGit(dir, 'init', '--quiet', '-b', 'main');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  userGit(dir, 'add', '--all');
  userGit(dir, 'commit', '--quiet', '--message', 'first');
  return dir;
}

describe('perfloop noise', () => {
  it('measures with a loop of its own where there is no repository', async () => {
    const ended = await perfloop(['noise', '--pairs', '4', '--json']);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('a built-in loop is the benchmark');
    const result = JSON.parse(ended.stdout) as NoiseResult;
    expect(result).toMatchObject({ benchmark: null, interrupted: false, profile: { noise: { pairs: 4 } }, environment: { cpu: { cores: expect.any(Number) as number } }, settings: [] });
    expect(result.profile.noise.spread).toBeGreaterThan(0);
    expect(result.profile.wallMs.median).toBeGreaterThan(50);
    expect(result.startMs).toBeGreaterThan(0);
    expect(result.gain.plan.detectableGain).toBeGreaterThan(0);
    for (const { evidence, change } of result.advice) expect(evidence.length * change.length).toBeGreaterThan(0);
  });

  it('measures a benchmark in two clones, set up and built, and tells it in words', async () => {
    const repo = repository({ 'perfloop.toml': '[target]\nsetup = "echo set > setup"\n[commands]\nbuild = "cat setup > built"\nbenchmark = "test -e built && echo x >> executed"\n' });
    const ended = await perfloop(['noise', '--repo', repo, '--pairs', '4', '--no-color']);
    expect(ended.stderr).toContain('cloning into a temporary folder (2 of 2)');
    expect(ended).toMatchObject({ code: 0 });
    for (const name of ['machine', 'benchmark', 'samples', 'spread', 'bias', 'drift', 'hiccups', 'finds', 'costs']) expect(ended.stdout).toMatch(new RegExp(`^${name} `, 'm'));
    expect(ended.stdout).toContain('4 pairs of one commit with itself');
    expect(userGit(repo, 'status', '--porcelain')).toBe('');
  });

  it('tries settings that need no rights', async () => {
    const repo = repository({ 'a.txt': '' });
    const ended = await perfloop(['noise', '--repo', repo, '--benchmark', 'sleep 0.01', '--pairs', '4', '--try', '--json']);
    const { settings } = JSON.parse(ended.stdout) as NoiseResult;
    if (process.platform === 'linux') expect(settings.length).toBeGreaterThan(0);
    for (const setting of settings) expect(setting).toMatchObject({ name: expect.stringMatching(/^(bound to CPU \d+|addresses not drawn at random)$/) as string, spread: expect.any(Number) as number, p: expect.any(Number) as number });
  });

  it('tells what there is when it is interrupted, with exit code 2', async () => {
    const repo = repository({ 'a.txt': '' });
    const ended = await perfloop(['noise', '--repo', repo, '--benchmark', 'sleep 0.01', '--pairs', '40', '--json'], { interruptAt: 'pair 10 of 40' });
    expect(ended.code).toBe(2);
    const result = JSON.parse(ended.stdout) as NoiseResult;
    expect(result.interrupted).toBe(true);
    expect(result.profile.noise.pairs + result.profile.setAside).toBeGreaterThanOrEqual(10);
    expect(result.profile.noise.pairs).toBeLessThan(40);
  });

  it('refuses what cannot be measured, with the way out', async () => {
    const failing = repository({ 'perfloop.toml': '[commands]\nbenchmark = "exit 3"\n' });
    const empty = repository({ 'a.txt': '' });
    mkdirSync(join(folder, 'plain'));
    const cases: [string[], string][] = [
      [['--repo', failing], 'PL_BENCHMARK_UNUSABLE'],
      [['--repo', empty], 'PL_NO_CONFIG'],
      [['--repo', join(folder, 'plain'), '--benchmark', 'true'], 'PL_NOT_A_REPOSITORY'],
      [['--pairs', '2'], 'PL_USAGE'],
    ];
    for (const [args, code] of cases) {
      const ended = await perfloop(['noise', ...args, '--json']);
      expect({ code: ended.code, ...(JSON.parse(ended.stdout) as object) }).toMatchObject({ code: 2, error: { code } });
    }
  });
});

describe('advice', () => {
  const environment: Fingerprint = { cpu: { model: 'X', cores: 4, usable: 4, governor: null, turbo: null }, memoryBytes: 1e9, os: { platform: 'linux', arch: 'x64', kernel: '6' }, container: { cpus: null, memoryBytes: null }, load: [0, 0, 0], versions: {}, gpus: [], host: 'x' };
  const calm: Observed = { profile: noiseProfile(wallPairs('noise', around(0, 20, 0.002)).map((pair) => ({ ...pair, a: { ...pair.a, wallMs: pair.a.wallMs * 3 }, b: { ...pair.b, wallMs: pair.b.wallMs * 3 } })), wallOnly), environment, programs: [], stolen: 0, swappedIn: 0, startMs: 2.4 };
  const codes = (changes: Partial<Observed>): string[] => adviceOn({ ...calm, ...changes }).map(({ code }) => code);
  const profile = (changes: Partial<NoiseProfile>): Partial<Observed> => ({ profile: { ...calm.profile, ...changes } });
  const cpu = (changes: Partial<Fingerprint['cpu']>): Partial<Observed> => ({ environment: { ...environment, cpu: { ...environment.cpu, ...changes } } });

  it('is none for a quiet machine, or one that does not tell', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ stolen: null })).toEqual([]);
  });

  it.each<[string, Partial<Observed>]>([
    ['swap', { swappedIn: 3 }],
    ['quota', profile({ throttled: 2 })],
    ['steal', { stolen: 0.05 }],
    ['load', { programs: [{ name: 'firefox', cpus: 0.6 }] }],
    ['load', profile({ otherLoad: 1.2 })],
    ['heat', profile({ overheated: 1 })],
    ['governor', cpu({ governor: 'powersave' })],
    ['turbo', cpu({ turbo: true })],
    ['too-short', profile({ wallMs: { fastest: 9, median: 12, p90: 15 } })],
    ['too-long', profile({ wallMs: { fastest: 30_000, median: 30_000, p90: 30_000 } })],
    ['waits', profile({ cpu: { spread: 0.01, perWall: 0.1 } })],
    ['cpu-metric', profile({ cpu: { spread: 0.01, perWall: 0.95 }, noise: { ...calm.profile.noise, spread: 0.06 } })],
    ['hiccups', profile({ slow: { samples: 4, of: 40, factor: 1.1, longestRow: 2 } })],
    ['drift', profile({ autocorrelation: { value: 0.8, notable: 0.3 }, noise: { ...calm.profile.noise, spread: 0.02 } })],
    ['bias', profile({ noise: { ...calm.profile.noise, biasLower95: 0.04 } })],
  ])('names %s where it is seen', (code, observed) => {
    expect(codes(observed)).toEqual([code]);
  });

  it('does not take waiting for a CPU for waiting', () => {
    expect(codes(profile({ cpu: { spread: 0.01, perWall: 0.1 }, otherLoad: 5 }))).toEqual(['load']);
  });

  it('says what was seen, and how to change it', () => {
    const [load] = adviceOn({ ...calm, programs: [{ name: 'firefox', cpus: 0.6 }, { name: 'bits', cpus: 0.01 }] });
    expect(load).toMatchObject({ evidence: expect.stringContaining('firefox 0.60') as string, command: expect.stringContaining('ps ') as string });
    expect(load?.evidence).not.toContain('bits');
    expect(adviceOn({ ...calm, ...cpu({ turbo: true, model: 'AMD EPYC' }) })[0]?.command).toContain('boost');
  });
});
