import Database from '../../store/sqlite.js';

export type Value = string | number | bigint | null;

/** Rows by table of an export of nsys; each table gets the columns of its first row. */
export type ExportTables = Readonly<Record<string, readonly Readonly<Record<string, Value>>[]>>;

/** Writes an export as nsys would; tables without rows are left out, as nsys does. */
export function writeExport(file: string, tables: ExportTables): void {
  const db = new Database(file);
  try {
    db.pragma('journal_mode = OFF');
    db.transaction(() => {
      for (const [table, rows] of Object.entries(tables)) {
        const [first] = rows;
        if (first === undefined) continue;
        const columns = Object.keys(first);
        db.exec(`CREATE TABLE "${table}" (${columns.map((column) => `"${column}"${column === 'id' && table === 'StringIds' ? ' INTEGER PRIMARY KEY' : ''}`).join(', ')})`);
        const insert = db.prepare(`INSERT INTO "${table}" VALUES (${columns.map(() => '?').join(', ')})`);
        for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null));
      }
    })();
  } finally {
    db.close();
  }
}
