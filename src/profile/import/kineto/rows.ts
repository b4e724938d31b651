import type Database from '../../../store/sqlite.js';
import type { NsysTableName } from '../nsys/tables.js';

export type Value = string | number | bigint | null | undefined;

/** Writes rows by the names of their columns, and texts once each. All files of an import share one. */
export class KinetoRows {
  readonly #strings = new Map<string, number>();
  readonly #insert = new Map<string, Database.Statement>();

  constructor(readonly db: Database.Database) {}

  string(text: string): number {
    let id = this.#strings.get(text);
    if (id === undefined) {
      id = this.#strings.size + 1;
      this.#strings.set(text, id);
      this.#run('StringIds', { id, value: text });
    }
    return id;
  }

  /** Gives the id of the row. */
  add(table: NsysTableName | 'KINETO_PYTHON' | 'PERFLOOP_RANKS' | 'PERFLOOP_COLLECTIVES', row: Record<string, Value>): number {
    return this.#run(table, row);
  }

  #run(table: string, row: Record<string, Value>): number {
    const columns = Object.keys(row);
    const key = `${table} ${columns.join(' ')}`;
    let insert = this.#insert.get(key);
    if (insert === undefined) {
      insert = this.db.prepare(`INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
      this.#insert.set(key, insert);
    }
    return Number(insert.run(...columns.map((column) => row[column] ?? null)).lastInsertRowid);
  }
}
