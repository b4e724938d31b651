import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { recheckOf } from '../../../src/activities/fleet/recheck.js';
import type { Candidate } from '../../../src/core/candidate.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import type { RunStatus } from '../../../src/core/status.js';
import { openArtifacts } from '../../../src/store/artifacts.js';
import { homeFrom } from '../../../src/store/home.js';
import { keepConfig } from '../../../src/store/run-config.js';
import { openStoreWriter } from '../../../src/store/writer.js';
import { openRepository } from '../../../src/workspace/repository.js';
import { resolveTarget } from '../../../src/workspace/snapshot.js';
import { sampleStatus, sampleTrial } from '../../client/sample-status.js';
import { createTarget } from '../../e2e/target.js';

const lines = (...text: string[]): string => `${text.join('\n')}\n`;
const target = createTarget(() => ({ 'a.js': lines('one', 'slow', 'two'), 'b.js': lines('one', 'slow', 'two'), 'c.js': lines('one', 'slow', 'two') }));
const home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-recheck-')) });
const artifacts = openArtifacts(home.artifacts);
const resolved = async () => (await resolveTarget({ dir: target.dir, revision: 'main', artifacts })).target;
const recheck = async (name = 'parser') => recheckOf({ home, artifacts }, { run: 'r-new', fleet: 'nightly', name, target: await resolved() });

/** A run that has ended, with a commit for each file that it made faster. */
async function ended(run: string, made: readonly (string | Record<string, string>)[], changes: Partial<RunStatus> = {}): Promise<void> {
  const on = await resolved();
  const patches = made.map((patch) => (typeof patch === 'string' ? { [patch]: lines('one', 'fast', 'two') } : patch));
  const files = patches.map((patch) => Object.keys(patch)[0] ?? '');
  target.git('checkout', '--quiet', '-b', run);
  for (const [index, file] of files.entries()) {
    target.write(patches[index] ?? {});
    target.commit(`make ${file} fast\n\nPerfloop-Run: ${run}\nPerfloop-Trial: r1-${index + 1}`);
  }
  const champion = target.git('rev-parse', 'HEAD');
  target.git('checkout', '--quiet', 'main');
  const repository = await openRepository(home, on, artifacts);
  await repository.ensureCommit(on.base);
  target.git('push', '--quiet', repository.path, `${champion}:refs/heads/perfloop/${run}`);
  await repository.commitRef(champion, on.base);
  const store = openStoreWriter(home.db);
  const { trials: _trials, decisions: _decisions, ...header } = sampleStatus({ run, target: { id: on.id, name: on.name, origin: on.origin, base: on.base.commit }, fleet: { name: 'nightly', target: 'parser' }, state: 'done', endedAt: 2, champion, accepted: files.length, startedAt: Date.now(), ...changes });
  store.recordRun(header);
  const patch = await artifacts.put('candidates', JSON.stringify({ rationale: 'it waits less' }));
  for (const [index, file] of files.entries()) store.recordTrial(run, index, sampleTrial({ id: `r1-${index + 1}`, candidate: { ...sampleTrial().candidate, file, patch } }));
  store.close();
}

beforeAll(async () => ended('r-night', ['a.js', 'b.js', 'c.js']));
afterAll(() => {
  target.remove();
  rmSync(home.root, { recursive: true, force: true });
});

describe('what the last run of a fleet had accepted', () => {
  it('is tried again on the same head, each patch by itself', async () => {
    const found = await recheck();
    expect(found.notes).toEqual([]);
    expect(found.recheck).toMatchObject({ run: 'r-night', candidates: [{ proposer: 'recheck', title: 'make a.js fast', file: 'a.js' }, { file: 'b.js' }, { file: 'c.js' }] });
    expect(new Set(found.recheck?.candidates.map(({ id }) => id)).size).toBe(3);
  });

  it('is left out where the head has it already, and where it does not apply any more', async () => {
    target.write({ 'b.js': lines('one', 'fast', 'two'), 'c.js': lines('rewritten') });
    const head = target.commit('merge one by hand, rewrite another');
    const { recheck: left, notes } = await recheck();
    expect(notes).toEqual(['Of run r-night, "make b.js fast" is not tried again: the head of the branch has it already.', 'Of run r-night, "make c.js fast" is not tried again: it does not apply to the head of the branch any more.']);
    const [only, ...more] = left?.candidates ?? [];
    expect(more).toEqual([]);
    const { change, rationale } = await artifacts.getJson<Candidate>(only?.patch ?? expect.fail('no candidate'));
    expect(rationale).toMatch(/it waits less[^]*Run r-night had accepted it, as 1\.42 times as fast/);
    // Nothing but its own patch, on the head of now.
    const repository = await openRepository(home, await resolved(), artifacts);
    const commit = change.kind === 'commit' ? change.commit.commit : '';
    expect(await repository.changedPaths(head, commit)).toMatchObject([{ path: 'a.js', status: 'modified' }]);
  });

  it('is brought in from the store where it was made on another host', async () => {
    const repository = await openRepository(home, await resolved(), artifacts);
    rmSync(repository.path, { recursive: true });
    expect((await recheck()).recheck?.candidates).toHaveLength(1);
  });

  it('is nothing of another target of the fleet, and nothing that a person has turned down as a whole', async () => {
    expect(await recheck('other')).toEqual({ notes: [] });
    await ended('r-final', ['a.js'], { startedAt: Date.now() + 1000 });
    await keepConfig(artifacts, 'r-final', parseConfig('[commands]\nbenchmark = "true"\n[approval]\nmode = "final"\n', 'perfloop.toml'));
    expect(await recheck()).toEqual({ notes: [] });
  });

  it.each([
    ['is tried again where the run was stopped before anybody answered for the whole branch', 'perfloop', 6, true],
    ['is not tried again where nobody answered in time', 'perfloop', 4, false],
    ['is not tried again where a person turned the branch down', 'ann', 6, false],
  ])('%s', async (_what, who, at, isTried) => {
    const name = `final-${who}-${at}`;
    await ended(`r-${name}`, ['a.js'], { fleet: { name: 'nightly', target: name }, steered: [{ what: 'stop', who: 'ann', comment: '', at: 5 }] });
    await keepConfig(artifacts, `r-${name}`, parseConfig('[commands]\nbenchmark = "true"\n[approval]\nmode = "final"\n', 'perfloop.toml'));
    const store = openStoreWriter(home.db);
    store.recordDecision(`r-${name}`, { id: name, trial: 'final', approve: false, who, comment: '', at });
    store.close();
    expect((await recheck(name)).recheck?.candidates.map(({ title }) => title)).toEqual(isTried ? ['make a.js fast'] : undefined);
  });

  it('is left out where it was rolled back, in every run that had it since, and comes back when it is given back', async () => {
    const fleet = { name: 'nightly', target: 'lexer' };
    await ended('r-lexer', ['a.js'], { fleet });
    const [carried] = (await recheck('lexer')).recheck?.candidates ?? [];
    expect(carried?.acceptedFirst).toMatchObject({ run: 'r-lexer', trial: 'r1-1' });
    const store = openStoreWriter(home.db);
    onTestFinished(() => store.close());
    const said = (back: boolean) => store.recordRollback({ id: `said ${back}`, run: 'r-lexer', trial: 'r1-1', back, who: 'ann', why: 'the build takes an hour', alert: null, at: Date.now() + 20_000 });
    said(true);
    const without = await recheck('lexer');
    expect(without.recheck).toBeUndefined();
    expect(without.notes[0]).toMatch(/^Of run r-lexer, "make a\.js fast" is not tried again: it was rolled back by ann at .* UTC: the build takes an hour\.$/);
    // A run that did without it, and then it is given back.
    await ended('r-later', [], { fleet, startedAt: Date.now() + 500 });
    expect((await recheck('lexer')).recheck).toBeUndefined();
    said(false);
    expect((await recheck('lexer')).recheck).toMatchObject({ run: 'r-later', candidates: [{ title: 'make a.js fast', acceptedFirst: { run: 'r-lexer', trial: 'r1-1' } }] });
  });

  it('waits for the run after one that did not get round to it, and no longer than for one that did', async () => {
    const fleet = { name: 'nightly', target: 'scanner' };
    await ended('r-scanner', ['a.js', { 'c.js': lines('rewritten', 'fast') }], { fleet });
    const [, second] = (await recheck('scanner')).recheck?.candidates ?? [];
    const first = second?.acceptedFirst ?? expect.fail('nothing was accepted');
    await ended('r-short', [], { fleet, startedAt: Date.now() + 500, notJudged: [{ run: first.run, trial: first.trial }] });
    expect((await recheck('scanner')).recheck).toMatchObject({ run: 'r-short', candidates: [{ title: 'make c.js fast', acceptedFirst: { run: 'r-scanner', trial: 'r1-2' } }] });
    await ended('r-long', [], { fleet, startedAt: Date.now() + 1000 });
    expect((await recheck('scanner')).recheck).toBeUndefined();
  });

  it('is known where it was merged as a squash, or with blanks set anew; what rests on another is tried on top of it alone', async () => {
    const inOrder: Record<string, string>[] = [{ 'd.js': lines('one', 'first', 'two') }, { 'd.js': lines('one', 'second', 'two') }, { 'e.js': lines('f (x);', 'g (x);') }, { 'f.js': lines('one', 'fast', 'two') }];
    target.write({ 'd.js': lines('one', 'slow', 'two'), 'e.js': lines('slow', 'slow'), 'f.js': lines('one', 'slow', 'two') });
    target.commit('more files');
    await ended('r-pairs', inOrder, { startedAt: Date.now() + 10_000 });
    target.write({ 'e.js': lines('f(x);', 'g(x);'), 'f.js': lines('one', 'quick', 'two') });
    const squashed = target.commit('several at once\n\n* make f.js fast\n\nPerfloop-Run: r-pairs\nPerfloop-Trial: r1-4\n\n* and another');
    const { recheck: left, notes } = await recheck();
    expect(notes).toEqual(['Of run r-pairs, "make e.js fast" is not tried again: the head of the branch has it already.', `Of run r-pairs, "make f.js fast" is not tried again: the branch took it in as ${squashed.slice(0, 10)}.`]);
    const [first, second, ...more] = left?.candidates ?? [];
    expect(more).toEqual([]);
    expect([first?.restsOn, second?.restsOn, left?.inOrder]).toEqual([undefined, [first?.id], true]);
    // Its own lines alone, whatever they stand on.
    const { change } = await artifacts.getJson<Candidate>(second?.patch ?? expect.fail('no candidate'));
    const { since = '', commit: { commit } } = change.kind === 'commit' ? change : expect.fail('it is no commit');
    const repository = await openRepository(home, await resolved(), artifacts);
    expect((await repository.diff(since, commit)).split('\n').filter((line) => /^[-+](?![-+])/.test(line))).toEqual(['-first', '+second']);
  });
});
