import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import type { Analysis } from '../../src/profile/rules/analyze.js';
import { modelServer, type Scripted } from '../support/model-server.js';

// As a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-analyze-'));
const repo = join(folder, 'repo');
cpSync(fileURLToPath(new URL('../fixtures/profile', import.meta.url)), repo, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seen = (quote: string, rest: object = {}): object => ({ result: 'e1', quote, says: 'unique takes time of its own.', ...rest });
const claim = (title: string, evidence: object[], rest: object = {}): object => ({ title, category: 'H1', file: 'src/group.js', function: 'unique', line: 2, share: 0.5, confidence: 'medium', why: 'It looks each value up in a list.', evidence, ...rest });

it('marks what a model says of a profile as its own, caps it by the profile, and leaves out what its evidence does not bear out', async () => {
  const submitted = (id: string): Scripted => ({ calls: [{ name: 'submit_analysis', input: {
    judged: [{ finding: id, real: true, why: 'Each id searches a list.', evidence: [{ result: 'e2', quote: 'seen.includes(id)', says: 'A list is searched for each id.' }] }, { finding: 'nosuch', real: false, why: 'x' }],
    findings: [
      claim('unique searches a list', [seen('"function":"unique"', { table: 'PERFLOOP_CHARGES', rows: [1] }), seen('it takes 99% of the time')]),
      claim('Kernels are short', [seen('cudaLaunchKernel'), { result: 'e9', quote: 'x', says: 'y' }]),
      claim('A row that is not there', [seen('"function":"unique"', { table: 'PERFLOOP_CHARGES', rows: [999999] })], { line: 4 }),
      claim('Only the source says so', [{ result: 'e2', quote: 'unique(ids)', says: 'It is there.' }], { line: 3 }),
      claim('Nowhere', [seen('"function":"unique"')], { file: 'src/nosuch.js' }),
      claim('The same again', [seen('"function":"exports.group"')], { line: 12, function: 'group' }),
    ],
  } }] });
  const server = await modelServer('openai-responses', ({ body }, n) => {
    if (n === 3) return { status: 401, body: { error: { message: 'wrong key planted-key-5512', type: 'invalid_request_error', code: 'invalid_api_key' } } };
    if (n === 0) return { calls: [{ name: 'hot_functions', input: {} }, { name: 'scanner_read', input: { file: 'src/group.js' } }] };
    return submitted(/### ([0-9a-f]{12}): exports\.group/.exec(JSON.stringify(body))?.[1] ?? '');
  });
  writeFileSync(join(repo, 'perfloop.toml'), `[commands]\nbenchmark = "node src/main.js"\n[models.m]\nprovider = "openai-responses"\nmodel = "gpt-5"\nbase_url = "${server.url}"\napi_key = "$A_KEY"\n[phases.analyze]\nfindings = 6\n`);
  const analyze = (...args: string[]) => execa(process.execPath, [bin, 'analyze', join(repo, 'group-node-24.cpuprofile'), '--repo', repo, '--provider', 'm', ...args], { env: { PERFLOOP_HOME: join(folder, 'home'), A_KEY: 'planted-key-5512', NO_COLOR: '1' }, reject: false, cwd: folder });
  const { stdout, stderr, exitCode } = await analyze('--json', '--fail-on', 'high');
  const { findings, models } = JSON.parse(stdout || stderr) as Analysis;
  const [byRule, byModel, ...others] = findings;
  expect(byRule).toMatchObject({ rule: 'H1-hot-function', judged: [{ model: 'm', real: true, evidence: [{ tool: 'scanner_read', text: 'A list is searched for each id. (seen.includes(id))' }] }] });
  expect(byModel).toMatchObject({ rule: 'model:m', model: 'm', title: 'unique searches a list', function: 'unique', line: 2, confidence: 'medium', severity: 'low', evidence: [{ tool: 'hot_functions', place: { table: 'PERFLOOP_CHARGES', ids: [1] } }] });
  // The profile gives the function a twentieth of the time; the model said half of it.
  expect(byModel?.share).toBeCloseTo(0.055, 3);
  expect(byModel?.notes.join(' ')).toMatch(/m says 50\.0%; the profile gives this function 5\.5%/);
  expect(others).toEqual([]);
  const [{ dropped, spent } = { dropped: [], spent: undefined }] = models ?? [];
  const why = Object.fromEntries(dropped.map((one) => [one.what, one.why]));
  expect(why).toMatchObject({
    'what it says of nosuch': expect.stringContaining('no such finding') as string,
    'Kernels are short': expect.stringMatching(/e1 does not say "cudaLaunchKernel"; there is no result e9; none of its evidence/) as string,
    'A row that is not there': expect.stringContaining('has no rows 999999') as string,
    'Only the source says so': 'none of its evidence is what a tool said of the profile',
    Nowhere: expect.stringContaining('the repository has no file src/nosuch.js') as string,
    'The same again': expect.stringMatching(/the rules have it as [0-9a-f]{12}: judge that one/) as string,
  });
  // Looked, submitted, and once more after it was told what does not hold.
  expect(spent).toMatchObject({ calls: 3 });
  expect(JSON.stringify(server.received[2]?.body)).toMatch(/Some of it does not hold[^]*it takes 99% of the time/);
  // What a model claims fails no build: the rule's finding is not that severe.
  expect(exitCode).toBe(0);
  const [log = ''] = readdirSync(join(folder, 'home', 'logs')).filter((name) => name.startsWith('analyze-'));
  expect(readFileSync(join(folder, 'home', 'logs', log, 'spending.jsonl'), 'utf8').trim().split('\n')).toHaveLength(6);

  const refused = await analyze();
  await server.close();
  expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('PL_MODEL_REFUSED_KEY') as string });
  expect(`${stdout}${stderr}${refused.stderr}`).not.toContain('planted-key');
});
