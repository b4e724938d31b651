export type Table = Record<string, unknown>;

/** Whether a value of a parsed TOML file is a table. A date is an object, too. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
