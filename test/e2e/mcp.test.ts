import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTarget, sharedEngine } from './shared.js';
import { makesFast, proposer, scoredProgram, scoreScript } from './target.js';

// A real client, the server as a process, the real engine.

const engine = sharedEngine();
const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const client = new Client({ name: 'test', version: '1.0.0' });

beforeAll(() => client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', '--allow-write'], env: engine.env as Record<string, string>, stderr: 'pipe' })), 60_000);
afterAll(() => client.close());

/** Calls of minutes: each notice of progress gives them more time. */
async function call(name: string, given: Record<string, unknown>): Promise<{ answer: Record<string, unknown>; said: string[] }> {
  const said: string[] = [];
  const result = await client.callTool({ name, arguments: given }, { timeout: 300_000, resetTimeoutOnProgress: true, onprogress: ({ message }) => void said.push(message ?? '') });
  expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
  return { answer: result.structuredContent as Record<string, unknown>, said };
}

describe('an MCP client', () => {
  it('has a change judged, and reads how the verdict came about', { timeout: 300_000 }, async () => {
    const config = '[commands]\nbenchmark = "sh bench/score.sh"\n[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 8\nbuilds = 1\nnoise_pairs = 4\n[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n';
    const target = makeTarget(() => ({ 'src/work.js': 'const ms = 60;\n', 'bench/score.sh': scoreScript, 'perfloop.toml': config }));
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const { answer, said } = await call('judge', { repo: target.dir, base: 'main', wait_s: 240 });
    expect(answer).toMatchObject({ verdict: 'accepted', ratio: 2, pairs: 8, machines: [{ tag: 'cpu', device: expect.stringMatching(/^[0-9a-f]+\/cpu$/) as string, cpu: expect.any(String) as string, hostname: hostname() }] });
    expect(said.length).toBeGreaterThan(0);
    const run = answer['run'] as string;
    const { answer: shown } = await call('run', { run });
    const [trial] = (shown['status'] as { trials: { id: string }[] }).trials;
    expect((await call('trial', { run, trial: trial?.id })).answer).toMatchObject({ summary: { verdict: { kind: 'accepted' } }, diff: { kind: 'there', value: expect.stringContaining('+const ms = 20;') as string } });
    expect((await call('verdict', { run })).answer).toMatchObject({ agrees: true, trials: [{ device: (answer['machines'] as { device: string }[])[0]?.device }] });
    expect((await call('report', { run })).answer['markdown']).toContain('accepted');
    // One that takes longer than the call goes on, and has no verdict yet.
    const { answer: left } = await call('judge', { repo: target.dir, base: 'main', wait_s: 0 });
    expect(left).toMatchObject({ detached: true });
    expect((await call('run', { run: left['run'], wait_s: 240 })).answer).toMatchObject({ status: { state: 'done', trials: [{ verdict: { kind: 'accepted' } }] } });
  });

  it('starts a run, and approves what waits for a person', { timeout: 600_000 }, async () => {
    const target = makeTarget((outside) => scoredProgram({ alpha: 40 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "each"\n`));
    const { answer } = await call('start_run', { repo: target.dir });
    const run = answer['run'] as string;
    const { answer: waiting } = await call('run', { run, wait_s: 240 });
    expect(waiting).toMatchObject({ status: { state: 'awaiting-approval' } });
    expect((await call('budget', { run, trials: 7, max_wall_s: 1800, comment: 'enough' })).answer).toMatchObject({ budget: { maxTrials: 7, maxWallMs: 1_800_000 } });
    expect((await call('approve', { run, candidate: 'r1-1', comment: 'reads well' })).answer).toMatchObject({ approve: true, delivery: 'taken' });
    const { answer: done } = await call('run', { run, wait_s: 240 });
    expect(done).toMatchObject({ status: { state: 'done', accepted: 1, decisions: [{ trial: 'r1-1', approve: true, comment: 'reads well' }] } });
    expect((await call('rollback', { run, comment: 'breaks the nightly' })).answer).toMatchObject({ delivery: 'done', undo: false, patches: [{ trial: 'r1-1' }] });
    expect((await call('rollback', { run, trials: ['r1-1'], undo: true })).answer).toMatchObject({ delivery: 'done', undo: true, patches: [{ trial: 'r1-1' }] });
    expect(((await call('runs', {})).answer['runs'] as { run: string }[]).map((one) => one.run)).toContain(run);
    expect((await call('wiki_search', { text: 'alpha' })).answer['lessons']).not.toEqual([]);
  });
});
