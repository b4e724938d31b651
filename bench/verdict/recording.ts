import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Wall times of real processes, one after another, as `record.ts` took them. */
export interface Recording {
  /** The benchmark, relative to bench/verdict. */
  command: string;
  host: { cpu: string; cores: number; node: string };
  /** When it began, ISO 8601. */
  at: string;
  /** One-minute load average before the first and after the last sample, the recording's own process included. */
  load: [number, number];
  /** Milliseconds of consecutive samples of one build. */
  series: number[];
  /** Milliseconds by layout and visit: each layout is a folder of its own and an environment of its own size, visited in random order. */
  layouts: number[][];
}

const folder = join(import.meta.dirname, 'recordings');

export function recordings(): { name: string; recording: Recording }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: file.replace('.json', ''), recording: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording }));
}
