import { spawnSync } from 'node:child_process';
import { median } from '../../src/core/stats/summary.js';

export interface Command {
  file: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}

/** Median over pairs of the wall time of one command by that of another, run back to back in turn. */
export function ratioOf(command: Command, baseline: Command, pairs: number): { ratio: number; milliseconds: number; baselineMilliseconds: number } {
  const times = Array.from({ length: pairs }, (_, index) => {
    const first = index % 2 === 0;
    const one = first ? wall(command) : wall(baseline);
    const other = first ? wall(baseline) : wall(command);
    return first ? { command: one, baseline: other } : { command: other, baseline: one };
  });
  return { ratio: median(times.map((time) => time.command / time.baseline)), milliseconds: median(times.map((time) => time.command)), baselineMilliseconds: median(times.map((time) => time.baseline)) };
}

function wall({ file, args, env }: Command): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(file, args, { env: env ?? process.env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr.toString()}`);
  return performance.now() - began;
}
