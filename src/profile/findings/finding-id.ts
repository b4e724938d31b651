import { createHash } from 'node:crypto';
import type { Finding } from '../../core/finding.js';

/** The same for the same function in the same place, whatever it costs. */
export function findingId({ category, file, function: name, line }: Pick<Finding, 'category' | 'file' | 'function' | 'line'>): string {
  return createHash('sha256').update([category, file, name, line].join('\0')).digest('hex').slice(0, 12);
}
