import { nsysTables } from '../../src/profile/import/nsys/tables.js';
import Database from '../../src/store/sqlite.js';

/** What any import of these tables has to do: a plain INSERT … SELECT, and the same indexes. */
export function plainImport(source: string, target: string): void {
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
