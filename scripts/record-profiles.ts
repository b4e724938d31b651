// Records profiles of small CPU programs with the real profilers, into test/fixtures/profile:
//   npx tsx scripts/record-profiles.ts nsys           needs nsys (or PERFLOOP_NSYS), gcc
//   npx tsx scripts/record-profiles.ts torch PYTHON   needs torch in that Python; a torch without Kineto, such as Debian's, has a file of its own
// What names the machine, its user, its environment or its other processes is taken out.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { endAgents } from '../src/profile/capture/nsys-agents.js';
import { keepsExport, keepsSystem } from '../src/profile/import/nsys/captured.js';
import { record } from '../src/profile/capture/record.js';
import { wholeCommand } from '../src/profile/capture/recorder.js';
import { needNsys, needQdstrmImporter } from '../src/profile/nsys-binaries.js';
import Database from '../src/store/sqlite.js';

const fixtures = fileURLToPath(new URL('../test/fixtures/profile', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-example-'));
/** Larger ones would make the repository heavy. */
const mostBytes = 500_000;
const environment = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };

function write(name: string, content: Buffer): void {
  const zipped = gzipSync(content, { level: 9 });
  if (zipped.length > mostBytes) throw new Error(`${name} has ${zipped.length} bytes, more than ${mostBytes}`);
  writeFileSync(join(fixtures, name), zipped);
  console.log(`${name}: ${zipped.length} bytes`);
}

/** With samples of the CPU; nsys 2022.4 comes to its end with them only sometimes on new kernels, so that it is tried several times. */
function recordNsys(): void {
  const nsys = needNsys('scripts/record-profiles.ts');
  const include = join(dirname(needQdstrmImporter(nsys, 'scripts/record-profiles.ts')), '..', 'target-linux-x64', 'nvtx', 'include');
  execFileSync('gcc', ['-O1', '-g', '-fno-inline', '-fno-omit-frame-pointer', '-I', include, join(fixtures, 'ranges.c'), '-o', join(folder, 'ranges'), '-lm', '-ldl', '-lpthread'], { stdio: 'inherit' });
  const report = join(folder, 'ranges.nsys-rep');
  for (let attempt = 1; !existsSync(report); attempt++) {
    if (attempt > 8) throw new Error('nsys did not come to its end in 8 attempts');
    const session = `perfloop-fixture-${attempt}`;
    const options = ['--trace=nvtx,osrt', '--sample=process-tree', '--backtrace=fp', '--cpuctxsw=none', '--force-overwrite=true', `--session-new=${session}`, `--output=${join(folder, 'ranges')}`];
    const { status } = spawnSync(nsys, ['profile', ...options, join(folder, 'ranges')], { env: environment, stdio: 'ignore', timeout: 20_000, killSignal: 'SIGKILL' });
    endAgents(session);
    const recording = join(folder, 'ranges.qdstrm');
    if (status === 0 && existsSync(recording)) execFileSync(needQdstrmImporter(nsys, recording), ['--input-file', recording, '--output-file', report], { stdio: 'ignore' });
    else console.log(`attempt ${attempt}: nsys did not end`);
  }
  const database = join(folder, 'ranges.sqlite');
  execFileSync(nsys, ['export', '--type', 'sqlite', '--output', database, report], { stdio: 'ignore' });
  scrub(database, { [folder]: '/perfloop-example', [installFolder(nsys)]: '/opt/nvidia' });
  write('nsys-ranges.sqlite.gz', readFileSync(database));
}

/** Leaves the recorded process and nothing else of the machine. */
function scrub(file: string, renamed: Record<string, string>): void {
  const db = new Database(file);
  const there = new Set(db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all());
  const columns = (table: string): { name: string }[] => db.prepare<[], { name: string }>(`PRAGMA table_info("${table}")`).all();
  const [own] = db.prepare<[], bigint>('SELECT globalTid & ~0xFFFFFF FROM NVTX_EVENTS LIMIT 1').safeIntegers().pluck().all();
  if (own === undefined) throw new Error('the program wrote no ranges');
  for (const table of there) {
    const names = new Set(columns(table).map(({ name }) => name));
    if (names.has('globalTid')) db.prepare(`DELETE FROM "${table}" WHERE globalTid & ~0xFFFFFF <> ?`).run(own);
    else if (names.has('globalPid')) db.prepare(`DELETE FROM "${table}" WHERE globalPid <> ?`).run(own);
  }
  for (const [table, keeps] of [['META_DATA_EXPORT', keepsExport], ['EXPORT_META_DATA', keepsExport], ['TARGET_INFO_SYSTEM_ENV', keepsSystem]] as const) {
    if (!there.has(table)) continue;
    for (const name of db.prepare<[], string>(`SELECT name FROM ${table}`).pluck().all()) if (!keeps(name)) db.prepare(`DELETE FROM ${table} WHERE name = ?`).run(name);
  }
  for (const table of ['PROFILER_OVERHEAD', 'ANALYSIS_DETAILS', 'META_DATA_CAPTURE', 'TARGET_INFO_SESSION_START_TIME', 'DIAGNOSTIC_EVENT', 'ProcessStreams', 'SCHED_EVENTS']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  // Samples of what was cut off, and texts that nobody names any more.
  if (there.has('SAMPLING_CALLCHAINS')) db.exec('DELETE FROM SAMPLING_CALLCHAINS WHERE id NOT IN (SELECT id FROM COMPOSITE_EVENTS)');
  const named = [...there].flatMap((table) => (table === 'StringIds' || table.startsWith('ENUM') || !isThere(db, table) ? [] : columns(table).filter(({ name }) => /^(nameId|textId|symbol|module|unresolved|value)$/i.test(name)).map(({ name }) => `SELECT "${name}" FROM "${table}"`)));
  db.exec(`WITH used(id) AS (${named.join(' UNION ')}) DELETE FROM StringIds WHERE id NOT IN (SELECT id FROM used WHERE id IS NOT NULL)`);
  for (const [from, to] of Object.entries(renamed)) {
    db.prepare('UPDATE StringIds SET value = replace(value, ?, ?)').run(from, to);
    if (there.has('PROCESSES')) db.prepare('UPDATE PROCESSES SET name = replace(name, ?, ?)').run(from, to);
  }
  db.exec('VACUUM');
  db.close();
}

/** The folder above the one of nsight-systems. */
const installFolder = (nsys: string): string => /^(.*)\/nsight-systems/.exec(realpathSync(nsys))?.[1] ?? dirname(nsys);

const isThere = (db: Database.Database, table: string): boolean => db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table) !== undefined;

async function recordTorch(python: string): Promise<void> {
  copyFileSync(join(fixtures, 'train.py'), join(folder, 'train.py'));
  const out = join(folder, 'train.trace.json.gz');
  const env = { ...process.env, ...environment };
  await record({ kind: 'torch', argv: [python, 'train.py'], cwd: folder, env, window: wholeCommand, place: { out, replaces: true }, withOverhead: false, interrupts: { count: 0, onEach: null }, say: () => undefined });
  const text = gunzipSync(readFileSync(out)).toString().replace(/"host_name": "[^"]*"/, '"host_name": "example"').replaceAll(folder, '/perfloop-example');
  write(text.trimStart().startsWith('[') ? 'torch-without-kineto.trace.json.gz' : 'torch-kineto.trace.json.gz', Buffer.from(text));
}

try {
  const [what, python = 'python3'] = process.argv.slice(2);
  if (what === 'nsys') recordNsys();
  else if (what === 'torch') await recordTorch(python);
  else throw new Error('say which: nsys, or torch PYTHON');
} finally {
  // Only what was made here lies in it.
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
  rmSync(folder, { recursive: true });
}
