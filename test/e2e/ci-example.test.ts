import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { JudgeResult } from '../../src/client/print/judge.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { makeTarget, sharedEngine } from './shared.js';
import { scoreScript } from './target.js';

const engine = sharedEngine();
const script = join(packageRoot, 'examples', 'ci', 'judge.sh');
const clones = mkdtempSync(join(tmpdir(), 'perfloop-ci-'));
afterAll(() => rmSync(clones, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  output: string;
  result: () => JudgeResult;
  comment: () => string;
}

/** As a CI job runs it: in a shallow clone of one branch. */
async function job(origin: string, branch: string, ...flags: string[]): Promise<Ended> {
  const dir = join(clones, branch);
  const perfloop = `${process.execPath} ${join(packageRoot, 'bin', 'perfloop.js')}`;
  const run = async (command: string, args: string[], cwd: string): Promise<{ code: number | null; output: string }> =>
    await new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, env: { ...engine.env, PERFLOOP: perfloop }, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output }));
    });
  expect(await run('git', ['clone', '--quiet', '--depth', '1', '--branch', branch, `file://${origin}`, dir], clones)).toMatchObject({ code: 0 });
  const ended = await run('sh', [script, ...flags], dir);
  const read = (name: string) => readFileSync(join(dir, 'perfloop-results', name), 'utf8');
  return { ...ended, result: () => JSON.parse(read('judge.json')) as JudgeResult, comment: () => read('judge.md') };
}

describe('examples/ci/judge.sh', () => {
  const score = '[[metrics]]\nname = "score"\npattern = "score: ([0-9]+)"\ngoal = "max"\n';
  const target = makeTarget(() => ({ 'src/work.js': 'const ms = 60;\n', 'bench/score.sh': scoreScript, 'perfloop.toml': `[commands]\nbenchmark = "sh bench/score.sh"\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 8\nbuilds = 1\nnoise_pairs = 4\n${score}` }));
  const branch = (name: string, text: string): void => {
    target.git('checkout', '--quiet', '-b', name, 'main');
    target.write({ 'src/work.js': text });
    target.commit(name);
  };

  it('lets a faster branch pass, judged against where it left the other one', async () => {
    branch('faster', 'const ms = 20;\n');
    // The target branch went on meanwhile: that is not what is compared.
    target.git('checkout', '--quiet', 'main');
    target.write({ 'README.md': 'more\n' });
    const parted = target.git('rev-parse', 'faster~1');
    target.commit('More');
    const { code, output, result, comment } = await job(target.dir, 'faster');
    expect(output).toContain('result: faster');
    expect(code).toBe(0);
    expect(result()).toMatchObject({ verdict: 'accepted', base: parted, candidate: 'HEAD' });
    expect(comment()).toMatch(/^<!-- perfloop judge faster -->\n\n### perfloop: accepted\n/);
  });

  it('fails one that is not', async () => {
    branch('comment', 'const ms = 60;\n// faster!\n');
    const { code, output } = await job(target.dir, 'comment', '--approval', 'never');
    expect(output).toContain('result: not faster');
    expect(code).toBe(1);
  });

  it('tells of no verdict by another exit code, with a comment all the same', async () => {
    branch('broken', 'const ms = 20;\n');
    const { code, comment } = await job(target.dir, 'broken', '--test', 'false');
    expect(code).toBe(2);
    expect(comment()).toContain('### perfloop: no verdict');
  });
});
