/** What a column or a fact is called: `totalMs` is `total ms`, `gigabytesPerSecond` is `GB/s`. */
export function heading(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').replaceAll('_', ' ').toLowerCase().replace('gigabytes per second', 'GB/s').replace(/\bmegabytes\b/, 'MB').replace(/\bkilobytes\b/, 'kB');
}

/** Kernels have names of thousands of letters. */
const widest = 80;

/** A value under its name: shares are percent, a row within a row is its name with the rest in brackets. */
export function valueText(name: string, value: unknown, width = widest): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return isShare(name) ? `${numberText(100 * value)}%` : numberText(value);
  if (typeof value === 'string') return value.length > width ? `${value.slice(0, width - 1)}…` : value;
  if (Array.isArray(value)) return value.map((one) => (isRow(one) ? rowText(one) : valueText(name, one))).join(', ');
  if (isRow(value)) return pairsText(value);
  return value === true ? 'yes' : 'no';
}

/** What is known of names and values, in one line. */
export function pairsText(row: object, between = ', '): string {
  return Object.entries(row).map(([name, value]) => [heading(name), valueText(name, value)]).filter(([, text]) => text !== '').map(([name, text]) => (name === 'ms' ? `${text} ms` : `${name} ${text}`)).join(between);
}

function rowText(row: Record<string, unknown>): string {
  const [first] = Object.entries(row).find(([, value]) => typeof value === 'string') ?? [];
  if (first === undefined) return pairsText(row);
  const rest = pairsText(Object.fromEntries(Object.entries(row).filter(([name]) => name !== first)));
  return `${valueText(first, row[first])}${rest === '' ? '' : ` (${rest})`}`;
}

/** Whether a value is an object with names, as a row is. */
export const isRow = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isShare = (name: string): boolean => /(?:^s|S)hare$/.test(name);

function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : size >= 1 ? value.toFixed(2) : value.toPrecision(3);
}
