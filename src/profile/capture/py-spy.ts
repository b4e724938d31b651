import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Recorder, RecorderPlace } from './recorder.js';

/** Samples a second; py-spy stops the program for each. */
const rate = 100;

/** py-spy follows child processes. It has no delay: with one, it is attached to the running process. */
export function pySpyRecorder({ outDir, window }: RecorderPlace): Recorder {
  const file = join(outDir, 'profile.pyspy.txt');
  const duration = window.durationMs === null ? [] : ['--duration', String(Math.max(1, Math.ceil(window.durationMs / 1000)))];
  const record = ['py-spy', 'record', '--subprocesses', '--full-filenames', '--threads', '--format', 'raw', '--rate', String(rate), ...duration, '--output', file];
  const late = window.delayMs > 0;
  return {
    kind: 'pyspy',
    prefix: late ? [] : [...record, '--'],
    env: {},
    ...(late ? { attach: { afterMs: window.delayMs, program: (pid: number) => [...record, '--pid', String(pid)] } } : {}),
    keepsDuration: true,
    endsBy: 'SIGINT',
    begunFile: null,
    stopFile: null,
    graceMs: 0,
    // py-spy gives up on what is not Python from the first, so that no shell can stand between.
    timesFile: null,
    hidesExit: !late,
    collect: () => Promise.resolve((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0 ? [file] : []),
  };
}
