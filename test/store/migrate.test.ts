import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openReader, openWriter } from '../../src/store/database.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { openStoreReader } from '../../src/store/reader.js';
import { schemaVersion } from '../../src/store/schema.js';
import Database from '../../src/store/sqlite.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';

// Schemas as they were when a version of theirs was current: see CONTRIBUTING.md.
const schemas = join(packageRoot, 'test', 'store', 'schemas');
const olderVersions = Array.from({ length: schemaVersion - 1 }, (_, index) => index + 1);

let home: Home;

beforeEach(() => {
  home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-migrate-')) });
});
afterEach(() => rmSync(home.root, { recursive: true, force: true }));

const summary = JSON.stringify({ id: 'r1-1', round: 1, startedAt: 5, endedAt: 6, candidate: { id: 'c', surroundings: 'around', share: 0.1 }, verdict: { kind: 'rejected', reasons: [{ code: 'futile', text: 'no sign of a gain' }] } });

/** A database as a perfloop of that version left it, with a row in each table. */
function oldDatabase(version: number, file = home.db, rows = 1): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(readFileSync(join(schemas, `v${version}.sql`), 'utf8'));
  const status = (run: string): string => JSON.stringify({ run, kind: 'run', state: 'done', models: { spent: { money: 1.5 } }, target: { id: 't1', name: 'parser' } });
  const run = db.prepare("INSERT INTO runs (id, kind, target, name, state, started_at, ended_at, status) VALUES (?, 'run', 't1', 'parser', 'done', 1, 9, ?)");
  db.transaction(() => {
    for (let index = 0; index < rows; index++) run.run(`r-${index}`, status(`r-${index}`));
  })();
  db.prepare("INSERT INTO trials (run, id, position, proposer, language, verdict, log_gain, summary) VALUES ('r-0', 'r1-1', 0, 'recipes', 'javascript', 'rejected', 0.0, ?)").run(summary);
  db.exec(`INSERT INTO decisions VALUES ('d1', 'r-0', 'r1-1', 1, 'ann', 'good', 5);
    INSERT INTO lessons (id, run, trial, target, proposer, language, verdict, title, body, at) VALUES ('l1', 'r-0', 'r1-1', 't1', 'recipes', 'javascript', 'rejected', 'a set beside a list', 'it is slower', 5);
    INSERT INTO noise VALUES ('h1', 'b', 7, '{}', '{}');
    INSERT INTO warmups VALUES ('t1', 'base', 7, '{}')`);
  db.pragma(`user_version = ${version}`);
  db.close();
}

/** Columns of each table, and what else there is. */
function shape(file: string): unknown {
  const db = new Database(file, { readonly: true });
  const objects = db.prepare<[], { type: string; name: string }>("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name").all();
  const columns = (table: string) => db.prepare<[string], { name: string }>('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?) ORDER BY name').all(table);
  const found = objects.map((object) => ({ ...object, columns: object.type === 'table' ? columns(object.name) : [] }));
  db.close();
  return found;
}

const backups = (): string[] => readdirSync(home.root).filter((name) => name.endsWith('.bak')).sort();
const versionIn = (file: string): number => {
  const db = new Database(file, { readonly: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  db.close();
  return version;
};

describe.each(olderVersions)('a knowledge base of schema %i', (version) => {
  it('has its schema kept, so that this can be tried', () => {
    expect(existsSync(join(schemas, `v${version}.sql`)), 'docs: CONTRIBUTING.md, "Upgrades"').toBe(true);
  });

  it('is read by a reader before anything migrates it', () => {
    oldDatabase(version);
    const reader = openStoreReader(home);
    expect(reader?.listRuns({ limit: 5 })).toMatchObject([{ run: 'r-0' }]);
    expect(reader?.runStatus('r-0')).toMatchObject({ trials: [{ id: 'r1-1' }], decisions: [{ who: 'ann' }] });
    expect(reader?.searchWiki('list', 5)).toHaveLength(1);
    reader?.close();
    expect(versionIn(home.db)).toBe(version);
    // What was not there yet cannot be asked of it.
    expect(() => openReader(home.db)).toThrow(expect.objectContaining({ code: 'PL_DATABASE_OLDER', message: expect.stringContaining(`schema ${version}`) as unknown, fix: expect.stringContaining('perfloop up') as unknown }) as Error);
  });

  it('gets the tables of a new one and keeps its rows, with a copy from before beside it, while readers go on', () => {
    oldDatabase(version);
    const before = openStoreReader(home);
    const said: string[] = [];
    openWriter(home.db, (line) => said.push(line)).close();
    // A reader that was there all the time.
    expect(before?.runStatus('r-0')).toMatchObject({ trials: [{ id: 'r1-1' }] });
    before?.close();
    const fresh = join(home.root, 'fresh.db');
    openWriter(fresh).close();
    expect(shape(home.db)).toEqual(shape(fresh));
    const after = openStoreReader(home);
    expect(after?.runStatus('r-0')).toMatchObject({ trials: [{ id: 'r1-1' }], decisions: [{ who: 'ann' }] });
    expect(after?.searchWiki('list', 5)).toHaveLength(1);
    after?.close();
    expect(backups()).toEqual([expect.stringMatching(new RegExp(`^perfloop\\.db\\.v${version}-.*\\.bak$`))]);
    expect(versionIn(join(home.root, backups()[0] ?? ''))).toBe(version);
    expect(said.join('\n')).toContain(backups()[0]);
    expect(said.at(-1)).toBe(`the knowledge base has schema ${schemaVersion}`);
    // The copy is what it says: put in its place, it is migrated again.
    const copy = join(home.root, backups()[0] ?? '');
    openWriter(copy).close();
    expect(shape(copy)).toEqual(shape(fresh));
  });
});

describe('a migration', () => {
  it('that is not needed copies nothing and says nothing', () => {
    const said: string[] = [];
    openWriter(home.db, (line) => said.push(line)).close();
    openWriter(home.db, (line) => said.push(line)).close();
    expect({ said, backups: backups() }).toEqual({ said: [], backups: [] });
  });

  it('keeps the last three copies', () => {
    for (let time = 0; time < 5; time++) {
      for (const ending of ['', '-wal', '-shm']) rmSync(home.db + ending, { force: true });
      oldDatabase(1);
      openWriter(home.db).close();
    }
    expect(backups()).toHaveLength(3);
  });

  it('that is killed in the middle leaves the old one, and the next start does it', () => {
    oldDatabase(1);
    // Where the second schema is made and nothing is committed.
    const script = `import { openWriter } from ${JSON.stringify(pathToFileURL(join(packageRoot, 'dist', 'store', 'database.js')).href)};
      openWriter(process.argv[1], (line) => line.startsWith('schema 2 is made') && process.kill(process.pid, 'SIGKILL'));`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script, home.db]);
    expect({ signal: killed.signal, stderr: killed.stderr.toString() }).toEqual({ signal: 'SIGKILL', stderr: '' });
    expect(versionIn(home.db)).toBe(1);
    const old = new Database(home.db);
    expect(old.prepare<[], { name: string }>("SELECT name FROM pragma_table_info('lessons')").all().map(({ name }) => name)).not.toContain('hardware');
    old.close();
    writeFileSync(`${home.db}.v1-killed.bak.part`, 'half a copy');
    openWriter(home.db).close();
    expect(versionIn(home.db)).toBe(schemaVersion);
    expect(readdirSync(home.root).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(openStoreReader(home)?.listRuns({ limit: 5 })).toHaveLength(1);
  });

  it('is not begun where no copy can be made', () => {
    oldDatabase(1);
    // A folder with the name of the copy that is being written.
    const stuck = `${home.db}.v1-x.part`;
    mkdirSync(stuck);
    writeFileSync(join(stuck, 'x'), '');
    expect(() => openWriter(home.db)).toThrow(expect.objectContaining({ code: 'PL_DATABASE_BACKUP', message: expect.stringContaining('schema 1') as unknown, fix: expect.stringContaining('nothing has been changed') as unknown }) as Error);
    expect(versionIn(home.db)).toBe(1);
  });

  const disk = mkdtempSync(join(tmpdir(), 'perfloop-small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
  const unmount = (): void => {
    if (mounted) spawnSync('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true, force: true });
  };
  if (!mounted) unmount();

  it.skipIf(!mounted)(`is not begun on a disk without room for it${mounted ? '' : ': SKIPPED, this user may not mount a tmpfs'}`, () => {
    onTestFinished(unmount);
    const file = join(disk, 'perfloop.db');
    oldDatabase(1, file, 20_000);
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(2 * 2 ** 20));
    expect(() => openWriter(file)).toThrow(expect.objectContaining({ code: 'PL_DATABASE_BACKUP', fix: expect.stringContaining('Free some space') as unknown }) as Error);
    expect(versionIn(file)).toBe(1);
    expect(readdirSync(disk).filter((name) => /bak|part/.test(name))).toEqual([]);
  });
});

describe('a knowledge base of a newer perfloop', () => {
  it('is refused by writers and readers, with both versions, and left as it is', () => {
    openWriter(home.db).close();
    const newer = new Database(home.db);
    newer.pragma(`user_version = ${schemaVersion + 4}`);
    newer.close();
    const refusal = expect.objectContaining({ code: 'PL_DATABASE_NEWER', message: expect.stringMatching(new RegExp(`schema ${schemaVersion + 4}.*knows ${schemaVersion}$`)) as unknown, where: home.db, fix: expect.stringContaining('Update perfloop') as unknown }) as Error;
    expect(() => openWriter(home.db)).toThrow(refusal);
    expect(() => openReader(home.db)).toThrow(refusal);
    expect(() => openStoreReader(home)).toThrow(refusal);
    expect(versionIn(home.db)).toBe(schemaVersion + 4);
    expect(backups()).toEqual([]);
  });
});
