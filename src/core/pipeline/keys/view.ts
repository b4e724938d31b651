import { type Json, jsonCopy, jsonEqual } from '../../json-value.js';
import type { KeyTable } from './key-table.js';
import { entryAt } from './vector.js';
import type { Version } from './version.js';

/** A key with its new value, or alone (or with undefined) when it was deleted. */
export type Write = readonly [key: string, value?: unknown];

/**
 * The state as one step sees it, and what the step does to it; nobody else sees that before the step is done.
 * Reading is no writing. A table or list that is read is a copy: when the step changes it, that counts as written.
 */
export class StateView {
  private readonly keysOfRun: KeyTable;
  private readonly version: Version;
  private written: Map<string, unknown> | null = null;
  private read: Map<string, Json> | null = null;

  constructor(keysOfRun: KeyTable, version: Version) {
    this.keysOfRun = keysOfRun;
    this.version = version;
  }

  /** Undefined when there is no such key; null, 0, false and '' are values. */
  get(key: string): unknown {
    if (this.written?.has(key)) return this.written.get(key);
    const known = this.read?.get(key);
    if (known !== undefined) return known;
    const value = this.before(key);
    if (typeof value !== 'object' || value === null) return value;
    const copy = jsonCopy(value);
    (this.read ??= new Map()).set(key, copy);
    return copy;
  }

  has(key: string): boolean {
    return this.written?.has(key) ? this.written.get(key) !== undefined : this.before(key) !== undefined;
  }

  /** The value is looked at when the step is done. Undefined deletes the key. */
  set(key: string, value: unknown): void {
    (this.written ??= new Map()).set(key, value);
  }

  delete(key: string): void {
    this.set(key, undefined);
  }

  /** Sorted, so that it does not tell which branch made a key first. */
  keys(): string[] {
    const present = this.keysOfRun.names.filter((name) => this.has(name));
    for (const [key, value] of this.written ?? []) if (value !== undefined && !this.keysOfRun.slots.has(key)) present.push(key);
    return present.sort();
  }

  /** What was written, deleted, or read and then changed; not yet looked at whether it is JSON. */
  changes(): Write[] {
    const changes: Write[] = [];
    for (const [key, value] of this.written ?? []) changes.push(value === undefined ? [key] : [key, value]);
    for (const [key, copy] of this.read ?? []) if (!this.written?.has(key) && !jsonEqual(copy, this.before(key))) changes.push([key, copy]);
    return changes;
  }

  private before(key: string): Json | undefined {
    const slot = this.keysOfRun.slots.get(key);
    return slot === undefined ? undefined : entryAt(this.version.vector, slot)?.value;
  }
}
