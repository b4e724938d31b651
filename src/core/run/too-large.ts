import type { Success } from '../pipeline/machine/succeed.js';
import { jsonBytes, kilobytes, mostLeft } from './carried.js';

/** What of that which a step leaves is too large to be carried along, in words; null where nothing is. */
export function tooLarge({ output, writes = [], jump }: Success): string | null {
  const parts: [what: string, value: unknown][] = [['its output', output], ...writes.map(([key, value]): [string, unknown] => [`the key ${JSON.stringify(key)} of the state`, value]), ['the input of its jump', jump?.input]];
  for (const [what, value] of parts) {
    const bytes = jsonBytes(value);
    if (bytes > mostLeft) return `${what} has ${kilobytes(bytes)} as JSON, and at most ${kilobytes(mostLeft)} are handed on`;
  }
  return null;
}
