import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { perfScriptWords } from '../import/perf/command.js';
import type { Recorder, RecorderPlace } from './recorder.js';
import { forgetReplacedMaps } from './replaced-maps.js';
import { timedCommand } from './timed.js';

/** Samples a second: a prime number near 500, so that it does not run in step with a program's own timers. */
const rate = 499;

/**
 * perf follows all children. cpu-clock needs no counters of the processor, which virtual machines often lack. Stacks by DWARF,
 * since distributions build without frame pointers; 8 KiB of each stack is perf's own default.
 */
export function perfRecorder({ outDir, window }: RecorderPlace): Recorder {
  const file = join(outDir, 'perf.data');
  const timesFile = join(outDir, 'times');
  const delay = window.delayMs > 0 ? ['--delay', String(Math.round(window.delayMs))] : [];
  return {
    kind: 'perf',
    prefix: ['perf', 'record', '-q', '-e', 'cpu-clock', '-F', String(rate), '--call-graph', 'dwarf,8192', ...delay, '-o', file, '--', ...timedCommand(timesFile)],
    env: {},
    keepsDuration: false,
    endsBy: 'SIGTERM',
    begunFile: null,
    stopFile: null,
    graceMs: 0,
    timesFile,
    asText: perfScriptWords(file),
    hidesExit: false,
    collect: () => {
      if (!existsSync(file)) return Promise.resolve([]);
      forgetReplacedMaps(file);
      return Promise.resolve([file]);
    },
  };
}
