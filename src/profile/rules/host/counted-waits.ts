import type { ProfileDatabase } from '../../tools/open.js';
import { repositoryPath } from '../../tools/repository.js';
import { isForWork } from './for-work.js';
import type { Add, Frame } from './waits.js';

/** Longer chains of library calls are followed no further. */
const mostSteps = 20;

const framesSql = `
SELECT PERFLOOP_FRAMES.id, symbol.value AS symbol, module.value AS module, line, kind FROM PERFLOOP_FRAMES
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module`;

const waitingSql = `
SELECT profile, frame, SUM(selfNs) / 1e6 AS ms FROM PERFLOOP_FUNCTIONS JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame WHERE kind = 'idle' GROUP BY profile, frame`;

/** The end of `with lock:` and its like, as cProfile names them. */
const givesBackLock = /'(__exit__|release)' of '(_thread\.(lock|RLock)|_multiprocessing\.SemLock)'/;

/** From each call that waits up to functions of the repository, split among callers by their time in it; each process by itself. */
export function addCounted(db: ProfileDatabase, root: string, add: Add): void {
  const waiting = db.prepare<[], { profile: number; frame: number; ms: number }>(waitingSql).all();
  if (waiting.length === 0) return;
  const calls = db.prepare<[number], { caller: number; callee: number; ns: number }>('SELECT caller, callee, SUM(totalNs) AS ns FROM PERFLOOP_CALLS WHERE caller <> callee AND profile = ? GROUP BY caller, callee');
  const frames = new Map(db.prepare<[], Frame>(framesSql).all().map((frame) => [frame.id, frame]));
  const isPlace = ({ kind, module }: Frame): boolean => kind === 'source' && repositoryPath(module, root) !== null;
  for (const profile of new Set(waiting.map((one) => one.profile))) {
    const callers = new Map<number, { caller: number; ns: number }[]>();
    const holders = new Set<number>();
    for (const { caller, callee, ns } of calls.all(profile)) {
      const known = callers.get(callee);
      if (known === undefined) callers.set(callee, [{ caller, ns }]);
      else known.push({ caller, ns });
      if (givesBackLock.test(frames.get(callee)?.symbol ?? '')) holders.add(caller);
    }
    for (const { frame, ms } of waiting.filter((one) => one.profile === profile)) {
      const what = frames.get(frame)?.symbol ?? '';
      climb({ frame, ms, forWork: false }, { frames, callers, isPlace }, (place, part, forWork) => add(place, { profile, what, ms: part, samples: null, forWork, holdsLock: holders.has(place.id) }));
    }
  }
}

interface Step {
  frame: number;
  ms: number;
  forWork: boolean;
}

interface Calls {
  frames: ReadonlyMap<number, Frame>;
  callers: ReadonlyMap<number, { caller: number; ns: number }[]>;
  isPlace: (frame: Frame) => boolean;
}

function climb(from: Step, { frames, callers, isPlace }: Calls, add: (place: Frame, ms: number, forWork: boolean) => void): void {
  let moving: Step[] = [from];
  for (let step = 0; step < mostSteps && moving.length > 0; step++) {
    const next: Step[] = [];
    for (const { frame, ms, forWork } of moving) {
      const above = callers.get(frame) ?? [];
      const all = above.reduce((sum, { ns }) => sum + ns, 0);
      for (const { caller, ns } of above) {
        const place = frames.get(caller);
        const part = all > 0 ? (ms * ns) / all : 0;
        if (place === undefined || part < 0.01) continue;
        if (isPlace(place)) add(place, part, forWork);
        else next.push({ frame: caller, ms: part, forWork: forWork || isForWork(place) });
      }
    }
    moving = next;
  }
}
