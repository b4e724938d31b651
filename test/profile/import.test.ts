import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detectProfileKind } from '../../src/profile/import/detect.js';
import { importProfile } from '../../src/profile/import/import.js';
import { importProfileInThread } from '../../src/profile/import/in-thread.js';
import { openProfile } from '../../src/profile/tools/open.js';
import { hotFunctions } from '../../src/profile/tools/hot-functions.js';
import { imported } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'profile');
const v8File = join(fixtures, 'group-node-20.cpuprofile');
const pythonFile = join(fixtures, 'counts-python-3.13.pstats');

function made(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

it('tells the kind by content, not by name', () => {
  const folder = temporaryFolder();
  copyFileSync(v8File, join(folder, 'a.json'));
  copyFileSync(pythonFile, join(folder, 'b'));
  expect(detectProfileKind(join(folder, 'a.json'))).toBe('v8');
  expect(detectProfileKind(join(folder, 'b'))).toBe('cprofile');
});

it('imports several processes of both kinds into one database in the layout of an nsys export', async () => {
  const folder = temporaryFolder();
  const database = join(folder, 'new', 'profile.sqlite');
  const summary = await importProfile({ files: [v8File, join(fixtures, 'group-node-24.cpuprofile'), pythonFile, join(fixtures, 'counts-python-3.8.pstats')], kind: 'auto', database });
  expect(summary).toMatchObject({ kind: 'mixed', files: 4, processes: 4, samples: 38 + 37 });
  const db = openProfile(database);
  try {
    const chains = db
      .prepare(
        `SELECT e.globalTid, s.value AS symbol, c.stackDepth FROM SAMPLING_CALLCHAINS AS c JOIN COMPOSITE_EVENTS AS e ON e.id = c.id
         JOIN StringIds AS s ON s.id = c.symbol WHERE s.value = 'unique' ORDER BY e.start LIMIT 1`,
      )
      .get();
    expect(chains).toMatchObject({ symbol: 'unique' });
    expect(db.prepare('SELECT MIN(start) AS first, COUNT(*) AS events FROM COMPOSITE_EVENTS').get()).toEqual({ first: 0, events: 75 });
    expect(db.prepare('SELECT COUNT(*) AS unknown FROM COMPOSITE_EVENTS WHERE globalTid / 0x1000000 NOT IN (SELECT pid FROM PROCESSES)').get()).toEqual({ unknown: 0 });
    expect(() => db.exec('DELETE FROM StringIds')).toThrow(/readonly/);
  } finally {
    db.close();
  }
  expect(readdirSync(join(folder, 'new'))).toEqual(['profile.sqlite']);
});

it('keeps ids of any process exact', async () => {
  const profile = { ...(JSON.parse(readFileSync(v8File, 'utf8')) as object), perfloop: { pid: 4194303, thread: 16777215, script: 'a.js', node: 'v20' } };
  const db = await imported([made('p.cpuprofile', JSON.stringify(profile))], temporaryFolder());
  expect(db.prepare('SELECT DISTINCT CAST(globalTid AS TEXT) AS id FROM COMPOSITE_EVENTS').all()).toEqual([{ id: String(4194303n * 0x1000000n + 16777215n) }]);
});

it('never writes to the user\'s files', async () => {
  const files = [v8File, pythonFile];
  const hashes = (): string[] => files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));
  const before = hashes();
  await imported(files, temporaryFolder());
  expect(hashes()).toEqual(before);
});

it('reads what cProfile of Python 3.8 and 3.13 wrote alike', async () => {
  const names = async (file: string): Promise<string[]> => {
    const db = await imported([join(fixtures, file)], temporaryFolder());
    return hotFunctions(db, { root: '/tmp/perfloop-example', ignore: [], minShare: 0.001, top: 10 }).map((hot) => `${hot.function} ${hot.line} ${hot.calls}`);
  };
  const expected = ['distinct 5 1', 'copies 13 1', 'depth 18 201'];
  expect(await names('counts-python-3.8.pstats')).toEqual(expect.arrayContaining(expected));
  expect(await names('counts-python-3.13.pstats')).toEqual(expect.arrayContaining(expected));
});

it('keeps credentials and queries of URLs out of the database', async () => {
  const text = readFileSync(v8File, 'utf8').replaceAll('file:///tmp/perfloop-example/src/group.js', 'https://user:hunter2@example.org/group.js?token=hunter3#hunter4');
  const folder = temporaryFolder();
  await imported([made('p.cpuprofile', text)], folder);
  const bytes = readFileSync(join(folder, 'profile.sqlite'), 'latin1');
  expect(bytes).toContain('https://example.org/group.js');
  expect(bytes).not.toContain('hunter');
});

it.each([
  ['a missing file', () => join(temporaryFolder(), 'none'), 'PL_PROFILE_MISSING', /does not exist/],
  ['a folder', () => temporaryFolder(), 'PL_PROFILE_MISSING', /not a file/],
  ['an empty file', () => made('p.cpuprofile', ''), 'PL_PROFILE_EMPTY', /no bytes/],
  ['something else', () => made('p.cpuprofile', 'hello'), 'PL_PROFILE_UNKNOWN', /unknown kind/],
  ['a trace', () => made('t.json', '{"traceEvents":[{"ph":"X"}]}'), 'PL_PROFILE_EMPTY', /no operators/],
  ['a truncated V8 profile', () => made('p.cpuprofile', readFileSync(v8File).subarray(0, 5000)), 'PL_PROFILE_MALFORMED', /cut off/],
  ['a V8 profile without samples', () => made('p.cpuprofile', JSON.stringify({ nodes: [root], startTime: 0, endTime: 1, samples: [], timeDeltas: [] })), 'PL_PROFILE_EMPTY', /no samples/],
  ['a V8 profile with a wrong type', () => made('p.cpuprofile', JSON.stringify({ nodes: [root], startTime: 0, endTime: 1, samples: ['x'], timeDeltas: [1] })), 'PL_PROFILE_MALFORMED', /samples\.0/],
  ['a sample of no node', () => made('p.cpuprofile', JSON.stringify({ nodes: [root], startTime: 0, endTime: 1, samples: [9], timeDeltas: [1] })), 'PL_PROFILE_MALFORMED', /node 9/],
  ['nodes in a circle', () => made('p.cpuprofile', JSON.stringify({ nodes: [{ ...root, children: [2] }, { ...root, id: 2, children: [1] }], startTime: 0, endTime: 1, samples: [1], timeDeltas: [1] })), 'PL_PROFILE_MALFORMED', /own ancestor/],
  ['a profile of before 2016', () => made('p.cpuprofile', '{"head":{"functionName":"(root)"},"startTime":0}'), 'PL_PROFILE_MALFORMED', /before 2016/],
  ['truncated statistics', () => made('p.pstats', readFileSync(pythonFile).subarray(0, 9000)), 'PL_PROFILE_MALFORMED', /ends at byte 9000/],
  ['statistics with no functions', () => made('p.pstats', '{0'), 'PL_PROFILE_EMPTY', /no functions/],
  ['statistics that hold something else', () => made('p.pstats', Buffer.from('{)\x01N0N0', 'latin1')), 'PL_PROFILE_MALFORMED', /cannot be read/],
])('refuses %s', async (_name, file, code, message) => {
  const folder = temporaryFolder();
  const database = join(folder, 'profile.sqlite');
  await expect(importProfile({ files: [file()], kind: 'auto', database })).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  expect(readdirSync(folder)).toEqual([]);
});

const root = { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 } };

it('refuses a file of another kind than the one named', async () => {
  await expect(importProfile({ files: [pythonFile], kind: 'v8', database: join(temporaryFolder(), 'p') })).rejects.toThrow(expect.objectContaining({ code: 'PL_PROFILE_KIND' }));
});

it('passes over a process without samples beside one that has some', async () => {
  const empty = made('p.cpuprofile', JSON.stringify({ nodes: [root], startTime: 0, endTime: 1, samples: [], timeDeltas: [] }));
  const summary = await importProfile({ files: [empty, v8File], kind: 'v8', database: join(temporaryFolder(), 'p.sqlite') });
  expect(summary).toMatchObject({ files: 1, samples: 38 });
});

it('keeps an earlier database when an import fails', async () => {
  const folder = temporaryFolder();
  const database = join(folder, 'p.sqlite');
  await importProfile({ files: [v8File], kind: 'auto', database });
  const before = readFileSync(database);
  await expect(importProfile({ files: [made('x', '{(')], kind: 'auto', database })).rejects.toThrow(/cannot be read/);
  expect(readFileSync(database).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(['p.sqlite']);
});

it('says that a damaged database is to be imported again', async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const database = join(folder, 'p.sqlite');
  await importProfile({ files: [v8File], kind: 'auto', database });
  truncateSync(database, 3000);
  expect(() => openProfile(database)).toThrow(expect.objectContaining({ code: 'PL_PROFILE_DATABASE', fix: expect.stringContaining('again') }));
  expect(() => openProfile(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'PL_PROFILE_DATABASE' }));
});

it('imports the same from TypeScript sources through the threaded entry', async () => {
  const database = join(temporaryFolder(), 'p.sqlite');
  expect(await importProfileInThread({ files: [v8File], kind: 'v8', database })).toMatchObject({ samples: 38, database });
  await expect(importProfileInThread({ files: [pythonFile], kind: 'v8', database })).rejects.toMatchObject({ code: 'PL_PROFILE_KIND' });
});

const compiled = join(import.meta.dirname, '..', '..', 'dist', 'profile', 'import', 'in-thread.js');

it.skipIf(!existsSync(compiled))('imports in a thread of its own once compiled (needs dist/)', async () => {
  const { importProfileInThread: inThread } = (await import(compiled)) as { importProfileInThread: typeof importProfileInThread };
  const database = join(temporaryFolder(), 'p.sqlite');
  expect(await inThread({ files: [v8File], kind: 'v8', database })).toMatchObject({ samples: 38, database });
  await expect(inThread({ files: [pythonFile], kind: 'v8', database })).rejects.toMatchObject({ code: 'PL_PROFILE_KIND', where: pythonFile });
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(inThread({ files: [v8File], kind: 'v8', database }, { signal: stopped })).rejects.toThrow('stopped');
});
