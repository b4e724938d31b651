import { didYouMean } from '../did-you-mean.js';

/** That no table has the name which another key gives, with the nearest name and those there are. */
export function noSuchTable(table: 'models' | 'agents', name: string, names: readonly string[]): string {
  const near = didYouMean(name, names);
  return `there is no [${table}.${name}]${near}${near === '' ? ';' : ''} ${thereAre(names)}`;
}

/** `there are a, b`. */
export function thereAre(names: readonly string[]): string {
  return names.length === 0 ? 'add that table' : `there are ${names.join(', ')}`;
}
