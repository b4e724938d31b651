import type { Asked } from '../asked.js';
import type { ProfileDatabase } from '../../tools/open.js';
import { registerRepositoryPath, repositoryPath } from '../../tools/repository.js';

/** A function of the repository that waited in a call, by itself or in library code. */
export interface Wait {
  function: string;
  file: string;
  line: number;
  /** The call, as the profiler names it. */
  what: string;
  ms: number;
  /** Of the thread that waited longest, as threads wait at once. */
  wallMs: number;
  /** A library function on the way waits for other work to be done (joining a thread, taking from a queue). */
  forWork: boolean;
}

interface Frame {
  id: number;
  symbol: string;
  module: string;
  line: number | null;
  kind: string;
}

/** `Thread.join`, `Queue.get`, `Condition.wait`, `Future.result`: they end when the other work does. */
const waitsForWork = /^(join|_wait_for_tstate_lock|wait|wait_for|get|result|shutdown|_python_exit|_shutdown|as_completed|map|communicate|_communicate)$/;

/** Longer chains of library calls are followed no further. */
const mostSteps = 20;

/** Waits of all threads by the function of the repository that they were for, the longest first. */
export function waits(asked: Asked): Wait[] {
  return asked.once('waits', () => {
    const { root } = asked;
    if (root === null) return [];
    const sums = new Map<string, Wait>();
    const ofThreads = new Map<string, number>();
    const add: Add = (frame, { profile, what, ms, forWork }) => {
      const file = repositoryPath(frame.module, root);
      if (file === null || frame.line === null) return;
      const key = `${file} ${frame.symbol} ${frame.line} ${what} ${forWork}`;
      const ofThread = (ofThreads.get(`${profile} ${key}`) ?? 0) + ms;
      ofThreads.set(`${profile} ${key}`, ofThread);
      const known = sums.get(key) ?? { function: frame.symbol, file, line: frame.line, what, ms: 0, wallMs: 0, forWork };
      sums.set(key, { ...known, ms: known.ms + ms, wallMs: Math.max(known.wallMs, ofThread) });
    };
    sampled(asked.db, root, add);
    counted(asked.db, root, add);
    return [...sums.values()].sort((a, b) => b.ms - a.ms);
  });
}

type Add = (frame: Frame, wait: Pick<Wait, 'what' | 'ms' | 'forWork'> & { profile: number }) => void;

/** Library calls inside of subprocess wait for another program, not for work of this one. */
const subprocess = /[\\/]subprocess\.py$/;

const sampledSql = `
WITH
waiting AS (
  SELECT profile, stack, leaf, SUM(durationNs) / 1e6 AS ms FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack WHERE category = 'idle' GROUP BY profile, stack),
named AS (
  SELECT stack, stackDepth, frame, symbol.value AS symbol, module.value AS module, line, kind FROM PERFLOOP_STACK_FRAMES
  JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame
  JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
  WHERE stack IN (SELECT stack FROM waiting)),
place AS (SELECT stack, MIN(stackDepth) AS depth FROM named WHERE kind = 'source' AND repository_path(module) IS NOT NULL GROUP BY stack)
SELECT profile, ms, what.value AS what, frame AS id, named.symbol, named.module, named.line, named.kind,
  (SELECT json_group_array(json_array(symbol, module)) FROM named AS inner_ WHERE inner_.stack = waiting.stack AND inner_.stackDepth < place.depth AND inner_.kind = 'library') AS within
FROM waiting
JOIN PERFLOOP_FRAMES AS leafFrame ON leafFrame.id = leaf JOIN StringIds AS what ON what.id = leafFrame.symbol
JOIN place ON place.stack = waiting.stack
JOIN named ON named.stack = waiting.stack AND named.stackDepth = place.depth`;

function sampled(db: ProfileDatabase, root: string, add: Add): void {
  registerRepositoryPath(db, root);
  for (const { profile, ms, what, within, ...frame } of db.prepare<[], Frame & { profile: number; ms: number; what: string; within: string }>(sampledSql).all()) {
    add(frame, { profile, what, ms, forWork: (JSON.parse(within) as [string, string][]).some(([symbol, module]) => isForWork({ symbol, module })) });
  }
}

const isForWork = ({ symbol, module }: Pick<Frame, 'symbol' | 'module'>): boolean => waitsForWork.test(symbol) && !subprocess.test(module);

const framesSql = `
SELECT PERFLOOP_FRAMES.id, symbol.value AS symbol, module.value AS module, line, kind FROM PERFLOOP_FRAMES
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module`;

const waitingSql = `
SELECT profile, frame, SUM(selfNs) / 1e6 AS ms FROM PERFLOOP_FUNCTIONS JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame WHERE kind = 'idle' GROUP BY profile, frame`;

/** From each call that waits up to functions of the repository, split among callers by their time in it; each process by itself. */
function counted(db: ProfileDatabase, root: string, add: Add): void {
  const waiting = db.prepare<[], { profile: number; frame: number; ms: number }>(waitingSql).all();
  if (waiting.length === 0) return;
  const calls = db.prepare<[number], { caller: number; callee: number; ns: number }>('SELECT caller, callee, SUM(totalNs) AS ns FROM PERFLOOP_CALLS WHERE caller <> callee AND profile = ? GROUP BY caller, callee');
  const frames = new Map(db.prepare<[], Frame>(framesSql).all().map((frame) => [frame.id, frame]));
  const isPlace = ({ kind, module }: Frame): boolean => kind === 'source' && repositoryPath(module, root) !== null;
  for (const profile of new Set(waiting.map((one) => one.profile))) {
    const callers = new Map<number, { caller: number; ns: number }[]>();
    for (const { caller, callee, ns } of calls.all(profile)) {
      const known = callers.get(callee);
      if (known === undefined) callers.set(callee, [{ caller, ns }]);
      else known.push({ caller, ns });
    }
    for (const { frame, ms } of waiting.filter((one) => one.profile === profile)) {
      const what = frames.get(frame)?.symbol ?? '';
      climb({ frame, ms, forWork: false }, { frames, callers, isPlace }, (place, part, forWork) => add(place, { profile, what, ms: part, forWork }));
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
