import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/**
 * better-sqlite3 12 aborts on Node 24.19 and later (nodejs/node#65446), and 13 does not load on Node 20; so both are
 * optional dependencies, and npm installs what fits. Their interfaces are the same.
 */
const Database: typeof BetterSqlite3 = load(Number(process.versions.node.split('.')[0]) >= 22 ? ['better-sqlite3-13', 'better-sqlite3'] : ['better-sqlite3']);

// oxlint-disable-next-line typescript/no-redeclare -- the value and its types go by one name, as in the package
declare namespace Database {
  type Database = BetterSqlite3.Database;
  type Options = BetterSqlite3.Options;
  type Statement<Bind extends unknown[] = unknown[], Result = unknown> = BetterSqlite3.Statement<Bind, Result>;
}

export default Database;

function load(names: readonly string[]): typeof BetterSqlite3 {
  const require = createRequire(import.meta.url);
  const errors: unknown[] = [];
  for (const name of names) {
    try {
      return require(name) as typeof BetterSqlite3;
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, `SQLite could not be loaded (${names.join(', ')}): run \`npm install\` with this version of Node`);
}
