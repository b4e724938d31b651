import { expect, it } from 'vitest';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStoreReader } from '../../src/store/reader.js';
import { modelServer } from '../support/model-server.js';
import { cli, jsonOf } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { scoredProgram } from './target.js';

// Single phases are runs of only these steps: durable, listed, and with the same activities.

const engine = sharedEngine();
const target = makeTarget(() => scoredProgram({ alpha: 40, beta: 30 }, '[target]\nname = "phases"'));

it('analyze without a profile takes one of the target, and says what every rule says of it', async () => {
  const ended = await cli(engine, ['analyze', '--json'], { cwd: target.dir });
  const analysis = jsonOf(ended) as { run: string; findings: { file: string; function: string; category: string; evidence: object[] }[]; abstained: { rule: string }[] };
  expect(ended.code).toBe(0);
  expect(analysis.findings.map(({ file, function: name }) => `${file} ${name}`)).toEqual(expect.arrayContaining(['src/alpha.js alpha', 'src/beta.js beta']));
  expect(analysis.abstained.map(({ rule }) => rule)).toContain('C4-transfer-bound');
  // What it rests on can be looked up.
  const [profile] = analysis.findings.flatMap(({ evidence }) => evidence.flatMap((one) => (one as { place?: { profile: string } }).place?.profile ?? []));
  expect(jsonOf(await cli(engine, ['tool', 'hot_functions', profile ?? '', '--json']))).toMatchObject({ abstained: null });
  const stored = openStoreReader(engine.home);
  expect(stored?.runStatus(analysis.run)).toMatchObject({ state: 'done', samplesSpent: 0, trials: [] });
  stored?.close();
});

it('optimize goes on from a run with the config that the run was started with, wherever that was', async () => {
  const server = await modelServer('openai', () => ({ calls: [{ name: 'submit_verdict', input: { real: false, reasons: ['It has to wait.'], confidence: 'high' } }] }));
  const config = join(target.outside, 'other.toml');
  writeFileSync(config, `${readFileSync(join(target.dir, 'perfloop.toml'), 'utf8')}\n[models.m]\nprovider = "openai"\nmodel = "gpt-5"\nbase_url = "${server.url}"\n`);
  const { run } = jsonOf(await cli(engine, ['analyze', '--config', config, '--json'], { cwd: target.dir })) as { run: string };
  rmSync(config);
  const optimized = jsonOf(await cli(engine, ['optimize', run, '--model', 'm', '--json'])) as { findings: { reasons: string[] }[] };
  await server.close();
  expect(optimized.findings.length).toBeGreaterThan(0);
  for (const { reasons } of optimized.findings) expect(reasons).toContain('m: not real: It has to wait.');
});

it('warmup builds, tests and surveys the base, measures its noise, and says what a run will cost', async () => {
  const ended = await cli(engine, ['warmup', '--json'], { cwd: target.dir });
  const warmed = jsonOf(ended) as { survey: { languages: { language: string }[] }; plan: { spread: number; samplesPerTrial: { most: number } } };
  expect(ended.code).toBe(0);
  expect(warmed.survey.languages.map(({ language }) => language)).toContain('javascript');
  expect(warmed.plan.samplesPerTrial.most).toBeGreaterThan(0);
});

it('a phase of what is no repository ends as a run of it does', async () => {
  const ended = await cli(engine, ['warmup', target.outside, '--json']);
  expect(ended.code).toBe(2);
  expect(jsonOf(ended)).toHaveProperty('error.code');
});
