import { PerfloopError } from '../../core/errors.js';
import { hookRecorder } from './hooks.js';
import { nsysRecorder } from './nsys.js';
import { perfRecorder } from './perf.js';
import { pySpyRecorder } from './py-spy.js';
import type { Recorder, RecorderKind, RecorderPlace } from './recorder.js';

/** The recorder of a kind. Throws PL_PROFILE_RANGE for a range that this kind knows nothing of, and PL_NSYS_MISSING. */
export async function makeRecorder(kind: RecorderKind, place: RecorderPlace): Promise<Recorder> {
  checkRange(kind, place.window.range);
  if (kind === 'perf') return perfRecorder(place);
  if (kind === 'pyspy') return pySpyRecorder(place);
  if (kind === 'nsys') return await nsysRecorder(place);
  return hookRecorder(kind, place);
}

function checkRange(kind: RecorderKind, range: string | null): void {
  if (range === null || kind === 'nsys') return;
  if (kind === 'torch' && /^steps:\d+-\d+$/.test(range)) return;
  throw new PerfloopError('PL_PROFILE_RANGE', kind === 'torch' ? 'A range of PyTorch is steps of the optimizer.' : `${kind} knows no ranges.`, {
    where: `--range ${range}`,
    fix: kind === 'torch' ? 'Write --range steps:10-14; the first step is 0.' : 'Use --kind nsys for a range of NVTX or cudaProfilerApi, --kind torch for steps of the optimizer; or --delay and --duration.',
  });
}
