import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SweepFollowed } from '../../src/client/verbs/fleet-sweep.js';
import { fleetStatus } from '../../src/client/verbs/fleet.js';
import type { WatchResult } from '../../src/core/watch/contracts.js';
import { hookReceiver } from '../support/hook-receiver.js';
import { cli, jsonOf, type CliEnded } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { createTarget, scoredProgram, scoreScript, waiting } from './target.js';

// The rate follows from the sources alone, so that every judgement is certain.

const patience = { timeout: 120_000, interval: 500 };
const { told, env } = await hookReceiver();
const engine = sharedEngine(env);
const target = makeTarget(() => ({ ...scoredProgram({ alpha: 30 }, ''), 'test/check.sh': 'test ! -e src/broken.txt\n' }));

describe('a watched branch', () => {
  const look = (...more: string[]): Promise<CliEnded> => cli(engine, ['watch', pathToFileURL(target.dir).href, '--branch', 'main', '--once', '--json', ...more]);
  const commit = (message: string, files: Record<string, string>): string => {
    target.write(files);
    return target.commit(message);
  };
  const judged = ({ compared }: WatchResult): unknown[] => compared.map(({ older, answer }) => [older, answer]);

  it('is looked at head by head: the culprit among eight commits, a red head, a gain, and a rewritten past', { timeout: 480_000 }, async () => {
    const config = target.git('show', 'HEAD:perfloop.toml').replace('[commands]\n', '[[notify]]\nkind = "slack"\nurl = "$NOT_SET"\nevents = ["regression"]\n[commands]\ntest = "sh test/check.sh"\n');
    const base = commit('A test', { 'perfloop.toml': config });
    for (const n of [1, 2]) commit(`Note ${n}`, { [`note-${n}.txt`]: 'a note' });
    const red = commit('Half a change', { 'src/broken.txt': 'not yet' });
    target.git('rm', '--quiet', 'src/broken.txt');
    const parent = commit('The other half', { 'note-3.txt': 'a note' });
    const culprit = commit('Wait longer', { 'src/alpha.js': waiting('alpha', 60) });
    for (const n of [5, 6]) commit(`Note ${n}`, { [`note-${n}.txt`]: 'a note' });
    const head = commit('Note 7', { 'note-7.txt': 'a note' });

    const found = await look('--from', base);
    const { regressions, ...result } = jsonOf(found) as WatchResult;
    expect(result, found.stderr).toMatchObject({ outcome: 'regression', head: { commit: head }, last: { commit: base }, improvement: null });
    expect(found.code).toBe(3);
    expect(regressions).toHaveLength(1);
    const [regression] = regressions;
    expect(regression).toMatchObject({ metric: null, against: 'last', commits: 8, after: 3, judgements: { expected: 3, most: 8 }, suspects: [{ commit: culprit }], more: 0, unclear: null, bad: { commit: culprit, author: 'A Person', subject: 'Wait longer' } });
    expect(regression?.step).toMatchObject({ older: parent, newer: culprit, answer: 'slower', ci95: [regression?.step?.ratio, regression?.step?.ratio] });
    expect(regression?.step?.ratio).toBeCloseTo(80 / 50, 2);
    expect(regression?.reproduce).toContain(`--base ${parent.slice(0, 12)} --candidate ${culprit.slice(0, 12)} --regression`);
    expect(found.stderr).toMatch(/8 commits since .*"A test".*: 3 judgements find the one, at most 8/);
    // The judgement of the step is one like any other.
    expect(jsonOf(await cli(engine, ['attach', regression?.step?.run ?? '', '--json']))).toMatchObject({ regression: 'confirmed', base: parent, candidate: culprit });

    // Whom the config names is told once.
    const told: string[] = [];
    for await (const { workflowId } of engine.client.workflow.list({ query: "WorkflowType = 'notification'" })) told.push(workflowId);
    expect(told).toEqual([expect.stringMatching(/^notify\/.*\.regression$/)]);

    // What was told once is the past.
    const same = await look();
    expect([same.code, (jsonOf(same) as WatchResult).outcome]).toEqual([0, 'unmoved']);

    const stillRed = commit('Half again', { 'src/broken.txt': 'not yet' });
    const broken = await look();
    expect(broken.code).toBe(2);
    expect(jsonOf(broken)).toMatchObject({ outcome: 'broken', head: { commit: stillRed }, last: { commit: head }, compared: [{ answer: 'broken', text: expect.stringContaining('the test command failed') as string }] });
    expect(red).not.toBe(stillRed);

    // The red head and one before it are written anew: what parted from them is what later ones are compared with.
    target.git('reset', '--quiet', '--hard', 'HEAD~2');
    const fast = commit('Wait no longer', { 'src/alpha.js': waiting('alpha', 10) });
    const faster = await look();
    const gained = jsonOf(faster) as WatchResult;
    const fork = target.git('rev-parse', 'HEAD~1');
    expect(gained).toMatchObject({ outcome: 'no-regression', head: { commit: fast }, last: { commit: fork }, improvement: { older: fork, newer: fast, answer: 'slower' }, notes: [expect.stringMatching(/^The branch was rewritten/) as string] });
    expect(gained.improvement?.ratio).toBeCloseTo(80 / 30, 2);
    expect(judged(gained)).toEqual([[fork, 'not-slower']]);
    expect(faster.code).toBe(0);
  });

  it('is slower little by little, and by what must not get worse: in a fleet by its schedule, then by a sweep', { timeout: 480_000 }, async () => {
    const dir = target.outside;
    const crept = createTarget(() => ({ ...scoredProgram({ alpha: 180 }, ''), 'bench/score.sh': `${scoreScript}. ./src/size.sh\necho "size: $size"\n`, 'src/size.sh': 'size=1000\n' }));
    onTestFinished(() => crept.remove());
    const guard = '\n[[metrics]]\nname = "size"\npattern = "size: ([0-9]+)"\ngoal = "min"\nprimary = false\nmax_regression = 0.05\n';
    crept.write({ 'perfloop.toml': `${crept.git('show', 'HEAD:perfloop.toml')}${guard}` });
    const base = crept.commit('The size is measured, too');
    told.length = 0;
    const name = `watched-${randomBytes(3).toString('hex')}`;
    writeFileSync(join(dir, 'fleet.toml'), `[fleet]\nname = "${name}"\n[[targets]]\nname = "crept"\nrepository = "${crept.dir}"\nbranch = "main"\nwatch = true\noverrides.notify = [{ kind = "webhook", url = "$HOOK", secret = "$HOOK_KEY", events = ["regression"] }]\n`);
    const fleet = async (...args: string[]): Promise<{ code: number | null; data: unknown }> => {
      const ended = await cli(engine, ['fleet', ...args, '--json'], { cwd: dir });
      return { code: ended.code, data: jsonOf(ended) };
    };
    const watched = async (): Promise<WatchResult> => (await fleetStatus({ ...engine.context, cwd: dir }, undefined)).targets[0]?.last?.result as WatchResult;
    expect((await fleet('apply')).code).toBe(0);

    // The first look is where the watch begins.
    await fleet('run', 'crept');
    await expect.poll(watched, patience).toMatchObject({ outcome: 'begun', head: { commit: base } });

    // Each of two steps is within what is allowed to one fresh build, 6.5%; both together are not.
    crept.write({ 'src/alpha.js': waiting('alpha', 190) });
    const small = crept.commit('Wait a little longer');
    await fleet('run', 'crept');
    await expect.poll(watched, patience).toMatchObject({ outcome: 'no-regression', head: { commit: small }, last: { commit: base }, regressions: [] });
    crept.write({ 'src/alpha.js': waiting('alpha', 200) });
    const limit = crept.commit('And a little more');
    await fleet('run', 'crept');
    await expect.poll(watched, patience).toMatchObject({ head: { commit: limit } });
    const slow = await watched();
    expect(slow).toMatchObject({ outcome: 'regression', last: { commit: small }, anchor: { commit: base } });
    expect(judged(slow)).toEqual([[small, 'not-slower'], [base, 'slower']]);
    const [sum] = slow.regressions;
    expect(slow.regressions).toHaveLength(1);
    expect(sum).toMatchObject({ metric: null, against: 'anchor', good: { commit: base }, commits: 2, suspects: [{ commit: limit }], step: { older: small, newer: limit, answer: 'not-slower' }, unclear: expect.stringContaining('little by little') as string });
    expect(sum?.head.ratio).toBeCloseTo(220 / 200, 2);
    // Who is to hear of it does, once, with whom it may be and how to see it again.
    await expect.poll(() => told, patience).toEqual([{ id: expect.stringMatching(/\.regression$/) as string, event: 'regression', target: 'crept', run: null, title: expect.stringMatching(new RegExp(`^crept: .*${limit.slice(0, 9)}`)) as string, text: expect.stringContaining('perfloop judge') as string, signed: true }]);

    // As fast as before, and larger by more than its limit.
    crept.write({ 'src/size.sh': 'size=1200\n' });
    const larger = crept.commit('Keep more');
    const swept = await fleet('run');
    expect((swept.data as SweepFollowed).sweep).toMatchObject({ state: 'done', counts: { completed: 1 } });
    expect(await watched()).toMatchObject({ watched: `regression by ${larger.slice(0, 9)}` });
    const grown = (await engine.client.workflow.getHandle(`perfloop/fleet/${name}/crept/sweep`).result()) as WatchResult;
    expect(grown).toMatchObject({ outcome: 'regression', head: { commit: larger }, last: { commit: limit }, anchor: { commit: limit } });
    expect(grown.regressions).toHaveLength(1);
    expect(grown.regressions[0]).toMatchObject({ metric: 'size', against: 'last', suspects: [{ commit: larger }], step: { metric: 'size', answer: 'slower', allowed: 0.05 }, unclear: null });
    expect(grown.regressions[0]?.head.ratio).toBeCloseTo(1.2, 2);
    expect(grown.regressions[0]?.reproduce).toMatch(/--regression size$/);
    await fleet('remove');
  });

  it('that is not there, or cannot be begun where it is asked to, is told with what to do', async () => {
    const refused = async (...args: string[]): Promise<unknown> => (jsonOf(await cli(engine, ['watch', ...args, '--json'])) as { error: unknown }).error;
    const [vanished, unknown, both, secret] = await Promise.all([refused(target.dir, '--branch', 'vanished', '--once'), refused(target.dir, '--from', 'v9', '--once'), refused('.', '--once', '--stop'), refused('https://ada:secret@git.example.org/x.git')]);
    expect(vanished).toMatchObject({ code: 'PL_FLEET_NO_BRANCH' });
    expect(unknown).toMatchObject({ code: 'PL_WATCH_FROM', message: expect.stringContaining('v9') as string });
    expect(both).toMatchObject({ code: 'PL_USAGE' });
    expect(secret).toMatchObject({ code: 'PL_USAGE', message: expect.stringContaining('password') as string });
    expect(JSON.stringify(secret)).not.toContain('secret@');
  });

  it('is scheduled until it is stopped', async () => {
    const watch = async (...args: string[]): Promise<unknown> => jsonOf(await cli(engine, ['watch', ...args, '--json']));
    expect(await watch(target.dir, '--cadence', 'daily at 02:30')).toMatchObject({ branch: 'main', was: 'new', next: expect.stringContaining('T02:3') as string });
    expect(await watch(target.dir, '--cadence', 'every 2h')).toMatchObject({ was: 'changed' });
    expect(await watch('--list')).toMatchObject([{ repository: target.dir, branch: 'main', cadence: 'every 2h', schedule: 'on', last: null }]);
    expect(await watch(target.dir, '--stop')).toMatchObject({ stopped: true });
    expect(await watch('--list')).toEqual([]);
  });
});
