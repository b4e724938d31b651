import { atFault, type Comparison, Differences, quote } from './comparison.js';
import { type JsonPath, type PathPattern, pathText } from './json-path.js';
import { JsonNumber, type JsonValue, readDocuments } from './json-text.js';
import { numbersAgree, type Tolerance } from './tolerance.js';

export interface JsonRule {
  tolerance: Tolerance;
  /** The first pattern that fits a place counts. */
  paths: readonly { pattern: PathPattern; tolerance: Tolerance }[];
  ignore: readonly PathPattern[];
}

/** Two JSON documents: the same structure whatever the order of keys, numbers within the tolerance of their place. */
export function compareJson(champion: string, candidate: string, rule: JsonRule): Comparison {
  const [one, other] = [readDocuments(champion), readDocuments(candidate)];
  if (!one.ok) return atFault('champion', `what it printed is no JSON: ${one.problem}`);
  if (!other.ok) return atFault('candidate', `what it printed is no JSON: ${other.problem}`);
  const found = new Differences();
  compareValues(one.value, other.value, [], rule, found);
  return found.comparison('place');
}

function compareValues(a: JsonValue, b: JsonValue, path: JsonPath, rule: JsonRule, found: Differences): void {
  if (rule.ignore.some((pattern) => pattern.matches(path))) return;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) found.add(pathText(path), `${a.length} entries`, `${b.length}`);
    for (let index = 0; index < Math.min(a.length, b.length); index++) compareValues(a[index] ?? null, b[index] ?? null, [...path, index], rule, found);
  } else if (a instanceof Map && b instanceof Map) {
    for (const key of new Set([...a.keys(), ...b.keys()])) compareEntries(a.get(key), b.get(key), [...path, key], rule, found);
  } else if (!leavesAgree(a, b, path, rule)) found.add(pathText(path), show(a), show(b));
}

function compareEntries(a: JsonValue | undefined, b: JsonValue | undefined, path: JsonPath, rule: JsonRule, found: Differences): void {
  if (a !== undefined && b !== undefined) return compareValues(a, b, path, rule, found);
  if (rule.ignore.some((pattern) => pattern.matches(path))) return;
  found.add(pathText(path), a === undefined ? 'nothing' : show(a), b === undefined ? 'nothing' : show(b));
}

function leavesAgree(a: JsonValue, b: JsonValue, path: JsonPath, rule: JsonRule): boolean {
  if (!(a instanceof JsonNumber) || !(b instanceof JsonNumber)) return a === b;
  if (a.text === b.text) return true;
  const tolerance = rule.paths.find(({ pattern }) => pattern.matches(path))?.tolerance ?? rule.tolerance;
  return numbersAgree(a.text, b.text, tolerance);
}

function show(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text.length > 60 ? `${value.text.slice(0, 60)}…` : value.text;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Map) return `a table of ${value.size}`;
  return typeof value === 'string' ? quote(value) : String(value);
}
