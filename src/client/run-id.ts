import { randomBytes } from 'node:crypto';
import { runIdOf } from '../core/run-id.js';

/** A new id of 40 random bits. */
export function newRunId(kind: 'run' | 'judge'): string {
  return runIdOf(kind, BigInt(`0x${randomBytes(5).toString('hex')}`));
}

/** Whether this is a whole run id and not the beginning of one. */
export function isRunId(text: string): boolean {
  return /^[rj]-[a-z2-7]{8}$/.test(text);
}

/** What a run id can begin with; anything else is not looked up. */
export function isRunPrefix(text: string): boolean {
  return /^[rj](?:-[a-z2-7]{0,8})?$/.test(text);
}
