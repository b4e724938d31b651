import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importProfile } from '../../src/profile/import/import.js';
import { nsysTables } from '../../src/profile/import/nsys/tables.js';
import { openProfile } from '../../src/profile/tools/open.js';
import { profileTools } from '../../src/profile/tools/registry.js';
import { ask } from '../../src/profile/tools/tool.js';
import Database from '../../src/store/sqlite.js';
import { generateExport } from './generate.js';

/**
 * `tsx bench/profiles/run.ts [--kernels N]...`: importing a generated export beside a plain INSERT … SELECT of the same tables with
 * the same indexes, in turns in one run, and each tool once on the result.
 */
const { values } = parseArgs({ options: { kernels: { type: 'string', multiple: true, default: ['1000000'] } } });

const root = mkdtempSync(join(tmpdir(), 'perfloop-bench-profiles-'));
const seconds = async (work: () => unknown): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** What any import of these tables has to do. */
function plain(source: string, target: string): void {
  const db = new Database(target);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.prepare('ATTACH ? AS source').run(source);
  const there = new Set(db.prepare<[], string>("SELECT name FROM source.sqlite_master WHERE type = 'table'").pluck().all());
  db.transaction(() => {
    db.exec('CREATE TABLE StringIds AS SELECT * FROM source.StringIds');
    for (const { name, columns, indexes } of nsysTables) {
      if (!there.has(name)) continue;
      const theirs = new Set(db.prepare<[string, string], string>('SELECT name FROM pragma_table_info(?, ?)').pluck().all(name, 'source'));
      const copied = columns.filter((column) => theirs.has(column)).map((column) => `"${column}"`);
      db.exec(`CREATE TABLE ${name} (${copied.map((column) => `${column} INTEGER`).join(', ')}); INSERT INTO main.${name} SELECT ${copied.join(', ')} FROM source.${name}`);
      // An index over what only an import computes is made over what it is computed from.
      for (const [i, of] of indexes.entries()) db.exec(`CREATE INDEX plain_${name}_${i} ON ${name} (${of.split(', ').map((column) => (theirs.has(column) ? `"${column}"` : 'globalTid')).join(', ')})`);
    }
  })();
  db.close();
}

try {
  for (const kernels of values.kernels.map(Number)) {
    const source = join(root, `${kernels}.sqlite`);
    generateExport(source, kernels);
    console.log(`\n${kernels} kernels, ${(statSync(source).size / 1e6).toFixed(0)} MB`);
    const imports: number[] = [];
    const plains: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      plains.push(await seconds(() => plain(source, join(root, 'plain.sqlite'))));
      rmSync(join(root, 'plain.sqlite'));
      imports.push(await seconds(() => importProfile({ files: [source], kind: 'nsys', database: join(root, 'p.sqlite') })));
    }
    const ratio = Math.min(...imports) / Math.min(...plains);
    console.log(`  import ${Math.min(...imports).toFixed(2)} s, plain INSERT … SELECT with indexes ${Math.min(...plains).toFixed(2)} s: ${ratio.toFixed(2)}x (at most 1.5x: ${ratio <= 1.5 ? 'met' : 'MISSED'})`);
    const db = openProfile(join(root, 'p.sqlite'));
    let all = 0;
    for (const tool of profileTools.filter(({ name }) => !['query', 'search'].includes(name))) {
      const took = await seconds(() => ask(tool, db, {}));
      all += took;
      console.log(`  ${tool.name.padEnd(18)} ${took.toFixed(2)} s`);
    }
    console.log(`  all of them        ${all.toFixed(2)} s`);
    console.log(`  peak memory        ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB (at most 500: ${process.resourceUsage().maxRSS / 1024 < 500 ? 'met' : 'MISSED'})`);
    db.close();
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
