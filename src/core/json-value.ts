/** A value that survives JSON.stringify and JSON.parse as it is. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Deeper is no data of a step: a cycle, or an attack on the stack. */
const deepest = 500;

/** Why something is no JSON value, with its place in the value: `.rows[3].at is a Date`. */
export class NotJson extends Error {}

/**
 * A copy of a value that shares no object with it. Properties that are undefined are left out, as JSON does, and -0 is 0.
 * Throws {@link NotJson} for everything else that JSON would change or refuse: NaN, undefined in a list, functions,
 * BigInt, Date and other objects of a class, cycles.
 */
export function jsonCopy(value: unknown): Json {
  return copy(value, [], []);
}

function copy(value: unknown, path: (string | number)[], above: object[]): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refused(path, `is ${value}`);
      return value === 0 ? 0 : value;
    case 'object':
      if (value === null) return null;
      return copyObject(value, path, above);
    default:
      throw refused(path, value === undefined ? 'is undefined' : `is a ${typeof value}`);
  }
}

function copyObject(value: object, path: (string | number)[], above: object[]): Json {
  if (above.includes(value)) throw refused(path, 'is a cycle: it holds itself');
  if (above.length >= deepest) throw refused(path.slice(0, 5), `is nested more than ${deepest} levels deep`);
  above.push(value);
  const copied = Array.isArray(value) ? copyList(value, path, above) : copyTable(value, path, above);
  above.pop();
  return copied;
}

function copyList(list: readonly unknown[], path: (string | number)[], above: object[]): Json[] {
  const copied: Json[] = [];
  for (let index = 0; index < list.length; index++) {
    path.push(index);
    copied.push(copy(list[index], path, above));
    path.pop();
  }
  return copied;
}

function copyTable(table: object, path: (string | number)[], above: object[]): Json {
  const prototype: unknown = Object.getPrototypeOf(table);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw refused(path, `is a ${table.constructor?.name ?? 'object of a class'}`);
  const copied: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(table)) {
    if (value === undefined) continue;
    path.push(key);
    setOwn(copied, key, copy(value, path, above));
    path.pop();
  }
  return copied;
}

/** Sets a key of a plain object, also the one named `__proto__`, which an assignment would take for the prototype. */
export function setOwn<Value>(table: { [key: string]: Value }, key: string, value: Value): void {
  if (key === '__proto__') Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true });
  else table[key] = value;
}

/** Whether two JSON values are the same; the order of keys does not count. A stranger to JSON equals nothing. */
export function jsonEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((value, index) => jsonEqual(value, other[index]));
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && jsonEqual((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}

function refused(path: readonly (string | number)[], what: string): NotJson {
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('');
  return new NotJson(place === '' ? what : `${place} ${what}`);
}
