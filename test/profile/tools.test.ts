import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { callers } from '../../src/profile/tools/callers.js';
import { hotFunctions } from '../../src/profile/tools/hot-functions.js';
import type { ProfileDatabase } from '../../src/profile/tools/open.js';
import { profileRoot } from '../../src/profile/tools/profile-root.js';
import { profileTool } from '../../src/profile/tools/registry.js';
import { repositoryPath } from '../../src/profile/tools/repository.js';
import { profileSummary } from '../../src/profile/tools/summary.js';
import { timeVia } from '../../src/profile/tools/time-via.js';
import { ask } from '../../src/profile/tools/tool.js';
import { callFrame, profiled } from './made-profile.js';
import { imported } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const all = { root: '/repo', ignore: [] as string[], minShare: 0, top: -1 };
const shares = (db: ProfileDatabase, request: Partial<typeof all> = {}): string[] =>
  hotFunctions(db, { ...all, ...request }).map((hot) => `${hot.function} self ${hot.selfShare.toFixed(2)} total ${hot.totalShare.toFixed(2)}`);

it('counts recursion once in the total', async () => {
  const db = await profiled(['walk@a.js:1', 10], ['walk@a.js:1 > walk@a.js:1', 30], ['walk@a.js:1 > walk@a.js:1 > walk@a.js:1', 40], ['main@a.js:9', 20]);
  expect(shares(db)).toEqual(['walk self 0.80 total 0.80', 'main self 0.20 total 0.20']);
});

it('leaves idle time out of the shares, and says how long it was', async () => {
  const db = await profiled(['f@a.js:1', 50], ['(idle)', 950], ['g@a.js:5', 50]);
  expect(shares(db)).toEqual(['f self 0.50 total 0.50', 'g self 0.50 total 0.50']);
  expect(profileSummary(db, { root: '/repo' })).toMatchObject({ busyMs: 100, idleMs: 950, wallMs: 1050 });
});

it('takes waiting for a child process for idle', async () => {
  const db = await profiled(['f@a.js:1 > spawnSync@core/internal/child_process:1 > spawn', 900], ['f@a.js:1 > spawnSync@core/internal/child_process:1', 500], ['f@a.js:1', 75], ['f@a.js:1 > spawn', 25]);
  expect(shares(db)).toEqual(['f self 1.00 total 1.00']);
  expect(profileSummary(db, { root: '/repo' })).toMatchObject({ busyMs: 100, idleMs: 1400 });
});

it('charges builtins and the runtime\'s library to their caller, but not callbacks of theirs', async () => {
  const db = await profiled(['f@a.js:1 > map > callback@a.js:2', 20], ['f@a.js:1 > map', 30], ['f@a.js:1 > readFileSync@core/fs:10 > open', 50]);
  expect(shares(db)).toEqual(['f self 0.80 total 1.00', 'callback self 0.20 total 0.20']);
  const [f] = hotFunctions(db, all);
  expect(timeVia(db, { frame: f?.frame ?? 0 })).toEqual([
    { function: 'open', kind: 'builtin', module: '', share: 0.5 },
    { function: 'map', kind: 'builtin', module: '', share: 0.3 },
  ]);
  expect(f?.ownShare).toBe(0);
});

it('shows only files of the repository, and says what the others take', async () => {
  const db = await profiled(['f@src/a.js:1', 40], ['f@src/a.js:1 > g@node_modules/dep/index.js:1', 25], ['h@../elsewhere/b.js:1', 15], ['(garbage collector)', 10], ['require@core/internal/modules/cjs/loader:1', 5], ['(program)', 5]);
  expect(shares(db)).toEqual(['f self 0.40 total 0.65']);
  const summary = profileSummary(db, { root: '/repo' });
  expect(summary.shares).toEqual({ repository: 0.4, outside: 0.4, collector: 0.1, loader: 0.05, runtime: 0.05 });
});

it('shows garbage collection with the function that was running', async () => {
  const db = await profiled(['f@a.js:1', 40], ['(garbage collector)', 30], ['g@a.js:9', 30]);
  const [f, g] = hotFunctions(db, all);
  expect(f).toMatchObject({ function: 'f', selfShare: 0.4, totalShare: 0.7, collectorShare: 0.3 });
  expect(g).toMatchObject({ function: 'g', collectorShare: 0 });
});

it('leaves out what the user ignores, names that stand for none, and what is too small', async () => {
  const db = await profiled(['f@a.js:1', 50], ['test_f@a.js:5', 30], ['[unknown]@a.js:8', 10], ['small@a.js:9', 1], ['eval', 9]);
  expect(shares(db, { ignore: ['^test_'], minShare: 0.05 })).toEqual(['f self 0.50 total 0.50']);
});

it('names the callers by the share of the function\'s time, recursion from outside', async () => {
  const db = await profiled(['a@a.js:1 > f@a.js:5', 30], ['b@a.js:2 > f@a.js:5 > f@a.js:5', 60], ['b@a.js:2 > f@a.js:5 > g@a.js:7', 10]);
  const f = hotFunctions(db, all).find((hot) => hot.function === 'f');
  expect(callers(db, { frame: f?.frame ?? 0 }).map((caller) => `${caller.function} ${caller.share} ${caller.ms}`)).toEqual(['b 0.7 70', 'a 0.3 30']);
});

it('the share of a caller is of all of the function\'s time, also of what nothing called', async () => {
  const db = await profiled(['f@a.js:5', 90], ['a@a.js:1 > f@a.js:5', 10]);
  const frame = hotFunctions(db, all).find((hot) => hot.function === 'f')?.frame ?? 0;
  expect(callers(db, { frame }).map((caller) => `${caller.function} ${caller.share} ${caller.ms}`)).toEqual(['a 0.1 10']);
  expect(ask(profileTool('callers_of'), db, { pattern: 'f' })).toMatchObject({ rows: [{ caller: null, share: 0.9, ms: 90 }, { caller: 'a', share: 0.1, ms: 10 }], facts: { functions: 1, withoutCaller: 0 } });
});

it('puts a sample that V8 wrote out of order where its time says', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'p.cpuprofile');
  const nodes = [{ id: 1, callFrame: callFrame('(root)'), children: [2, 3] }, { id: 2, callFrame: callFrame('f@a.js:1') }, { id: 3, callFrame: callFrame('g@a.js:5') }];
  // f at 100, g at 40 (written later), end at 200 us.
  writeFileSync(file, JSON.stringify({ nodes, startTime: 0, endTime: 200, samples: [2, 3], timeDeltas: [100, -60] }));
  const db = await imported([file], folder);
  expect(hotFunctions(db, all).map((hot) => `${hot.function} ${hot.selfMs}`)).toEqual(['f 0.1', 'g 0.06']);
});

it.each([
  ['/repo/src/a.js', 'src/a.js'],
  ['/repo/node_modules/x/index.js', null],
  ['/repo/.venv/lib/python3.12/site-packages/x.py', null],
  ['/repository/a.js', null],
  ['node:fs', null],
  ['', null],
  ['bench.py', 'bench.py'],
  ['../other.py', null],
  ['<string>', null],
])('%j is %j in /repo', (module, path) => {
  expect(repositoryPath(module, '/repo')).toBe(path);
});

it('finds the repository\'s folder in a profile that was recorded elsewhere', async () => {
  const db = await profiled(['f@deep/src/a.js:1', 60], ['g@deep/src/b.js:1', 30], ['h@node_modules/x/src/a.js:1', 900]);
  expect(profileRoot(db, { here: ['/repo/deep'], trackedFiles: new Set() })).toBe('/repo/deep');
  expect(profileRoot(db, { here: ['/home/me/clone'], trackedFiles: new Set(['src/a.js', 'src/b.js', 'a.js']) })).toBe('/repo/deep');
  expect(profileRoot(db, { here: ['/home/me/clone'], trackedFiles: new Set(['other.js']) })).toBeNull();
});
