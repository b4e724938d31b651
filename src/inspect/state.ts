import type { Found } from './found.js';
import { whys } from './whys.js';

/** Something that outlives a call: a variable of the module, an attribute of a class or function, a default argument. */
export interface Access {
  /** Its name, unique in the file. */
  slot: string;
  /** The outermost function around it: what is called. */
  fn: number;
  /** Offset in the file, for the order in a function. */
  at: number;
  line: number;
  /**
   * `read`: its value, or an entry. `store`: an entry under a key. `assign`: the whole of it. `keep`: read, and assigned
   * where there was nothing. `constant`: assigned a value that depends on no call, such as a regular expression.
   * `update`: counted up. `asked`: a count that is compared with a number.
   */
  kind: 'read' | 'store' | 'assign' | 'keep' | 'constant' | 'update' | 'asked';
}

/**
 * The slots that carry something from one call to a later one. A function that looks first and stores afterwards does; so do
 * two of which one stores entries and the other reads them, and a count of calls that is asked for. A buffer that is written
 * before it is read does not, nor does a table that is only read.
 */
export function carriedOver(accesses: readonly Access[]): Found[] {
  const bySlot = new Map<string, Access[]>();
  for (const access of accesses) bySlot.set(access.slot, [...(bySlot.get(access.slot) ?? []), access]);
  const finds: Found[] = [];
  for (const [slot, all] of bySlot) {
    const ordered = all.filter(({ kind }) => kind !== 'constant').toSorted((a, b) => a.at - b.at);
    const why = whyCarried(ordered);
    if (why !== null) finds.push({ code: 'cache', key: slot, lines: [...new Set(ordered.map(({ line }) => line))], why });
  }
  return finds;
}

function whyCarried(ordered: readonly Access[]): string | null {
  if (ordered.some(({ kind }) => kind === 'keep')) return whys.cache;
  const writes = new Set<Access['kind']>(['store', 'assign']);
  const byFunction = new Map<number, Access[]>();
  for (const access of ordered) byFunction.set(access.fn, [...(byFunction.get(access.fn) ?? []), access]);
  const looksFirst = (own: Access[]): boolean => own[0]?.kind === 'read' && own.some(({ kind }) => writes.has(kind));
  if ([...byFunction.values()].some(looksFirst)) return whys.cache;
  const stores = ordered.some(({ kind }) => kind === 'store');
  const readElsewhere = [...byFunction.values()].some((own) => own[0]?.kind === 'read' && !own.some(({ kind }) => kind === 'store'));
  if (stores && readElsewhere) return whys.cache;
  const counts = ordered.some(({ kind }) => kind === 'update');
  return counts && ordered.some(({ kind }) => kind === 'asked') ? 'it counts its calls and asks for the count: a later call can do otherwise than an earlier one' : null;
}
