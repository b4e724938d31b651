import Database from '../../src/store/sqlite.js';

/** A process or thread as nsys serializes it. */
export const globalPidOf = (pid: number): bigint => BigInt(pid) * 0x1000000n + (1n << 48n);
export const globalTidOf = (pid: number, tid: number): bigint => globalPidOf(pid) + BigInt(tid);

type Value = string | number | bigint | Buffer | null;
type Row = Record<string, Value>;

/** Rows by table. Each table gets the columns of its rows, or those that are named where it has none. */
export interface ExportRows {
  [table: string]: Row[] | { columns: string[] };
}

/** Writes an export as nsys would, with the texts of `strings` by their ids, and gives the file. */
export function writeExport(file: string, rows: ExportRows, { version = '3.25.0', strings = {}, metaTable = 'META_DATA_EXPORT' }: { version?: string | null; strings?: Record<number, string>; metaTable?: string | null } = {}): string {
  const db = new Database(file);
  db.pragma('journal_mode = OFF');
  db.transaction(() => {
    const meta = [{ name: 'EXPORT_PRODUCT_NAME', value: 'NVIDIA Nsight Systems' }, ...(version === null ? [] : [{ name: 'EXPORT_SCHEMA_VERSION', value: version }])];
    const texts = Object.entries(strings).map(([id, value]) => ({ id: Number(id), value }));
    const all: ExportRows = { ...(metaTable === null ? {} : { [metaTable]: meta }), StringIds: texts.length === 0 ? { columns: ['id', 'value'] } : texts, ...rows };
    for (const [table, content] of Object.entries(all)) {
      const columns = Array.isArray(content) ? [...new Set(content.flatMap((row) => Object.keys(row)))] : content.columns;
      db.exec(`CREATE TABLE "${table}" (${columns.map((column) => `"${column}"${column === 'id' && !table.endsWith('CALLCHAINS') ? ' INTEGER PRIMARY KEY' : ''}`).join(', ')})`);
      if (!Array.isArray(content)) continue;
      const insert = db.prepare(`INSERT INTO "${table}" VALUES (${columns.map(() => '?').join(', ')})`);
      for (const row of content) insert.run(...columns.map((column) => row[column] ?? null));
    }
  })();
  db.close();
  return file;
}
