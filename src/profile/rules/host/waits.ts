import type { Asked } from '../asked.js';
import { repositoryPath } from '../../tools/repository.js';

/** A function of the repository that waited in a call, by itself or in library code. */
export interface Wait {
  function: string;
  file: string;
  line: number;
  /** The call, as the profiler names it. */
  what: string;
  ms: number;
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
    const add = (frame: Frame, what: string, ms: number, forWork: boolean): void => {
      const file = repositoryPath(frame.module, root);
      if (file === null || frame.line === null) return;
      const key = `${file} ${frame.symbol} ${frame.line} ${what} ${forWork}`;
      const known = sums.get(key);
      if (known === undefined) sums.set(key, { function: frame.symbol, file, line: frame.line, what, ms, forWork });
      else known.ms += ms;
    };
    sampled(asked, add);
    counted(asked, add);
    return [...sums.values()].sort((a, b) => b.ms - a.ms);
  });
}

type Add = (frame: Frame, what: string, ms: number, forWork: boolean) => void;

const sampledSql = `
WITH waiting AS (
  SELECT stack, leaf, SUM(durationNs) / 1e6 AS ms FROM PERFLOOP_SAMPLES JOIN PERFLOOP_STACKS ON PERFLOOP_STACKS.id = stack WHERE category = 'idle' GROUP BY stack)
SELECT ms, what.value AS what, PERFLOOP_FRAMES.id, symbol.value AS symbol, module.value AS module, PERFLOOP_FRAMES.line, PERFLOOP_FRAMES.kind, inner_.names
FROM waiting
JOIN PERFLOOP_FRAMES AS leafFrame ON leafFrame.id = leaf JOIN StringIds AS what ON what.id = leafFrame.symbol
JOIN (
  SELECT stack, MIN(stackDepth) AS depth FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame WHERE kind = 'source' GROUP BY stack) AS place USING (stack)
JOIN PERFLOOP_STACK_FRAMES AS caller ON caller.stack = waiting.stack AND caller.stackDepth = place.depth
JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = caller.frame
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module
JOIN (
  SELECT waiting.stack, group_concat(StringIds.value, char(10)) AS names FROM waiting JOIN PERFLOOP_STACK_FRAMES USING (stack)
  JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame JOIN StringIds ON StringIds.id = symbol WHERE kind = 'library' GROUP BY waiting.stack
  UNION ALL SELECT stack, '' FROM waiting WHERE stack NOT IN (
    SELECT stack FROM PERFLOOP_STACK_FRAMES JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame WHERE kind = 'library')) AS inner_ ON inner_.stack = waiting.stack`;

function sampled({ db }: Asked, add: Add): void {
  for (const { ms, what, names, ...frame } of db.prepare<[], Frame & { ms: number; what: string; names: string }>(sampledSql).all()) add(frame, what, ms, names.split('\n').some((name) => waitsForWork.test(name)));
}

const framesSql = `
SELECT PERFLOOP_FRAMES.id, symbol.value AS symbol, module.value AS module, line, kind FROM PERFLOOP_FRAMES
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module`;

/** From each call that waits up to functions of files, split among callers by their time in it. */
function counted({ db }: Asked, add: Add): void {
  const calls = db.prepare<[], { caller: number; callee: number; ns: number }>('SELECT caller, callee, SUM(totalNs) AS ns FROM PERFLOOP_CALLS WHERE caller <> callee GROUP BY caller, callee').all();
  if (calls.length === 0) return;
  const frames = new Map(db.prepare<[], Frame>(framesSql).all().map((frame) => [frame.id, frame]));
  const callers = new Map<number, { caller: number; ns: number }[]>();
  for (const { caller, callee, ns } of calls) callers.set(callee, [...(callers.get(callee) ?? []), { caller, ns }]);
  const waiting = db.prepare<[], { frame: number; ms: number }>("SELECT frame, SUM(selfNs) / 1e6 AS ms FROM PERFLOOP_FUNCTIONS JOIN PERFLOOP_FRAMES ON PERFLOOP_FRAMES.id = frame WHERE kind = 'idle' GROUP BY frame").all();
  for (const { frame, ms } of waiting) climb({ frame, ms, forWork: false }, frames.get(frame)?.symbol ?? '', { frames, callers }, add);
}

interface Step {
  frame: number;
  ms: number;
  forWork: boolean;
}

function climb(from: Step, what: string, { frames, callers }: { frames: ReadonlyMap<number, Frame>; callers: ReadonlyMap<number, { caller: number; ns: number }[]> }, add: Add): void {
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
        if (place.kind === 'source') add(place, what, part, forWork);
        else next.push({ frame: caller, ms: part, forWork: forWork || waitsForWork.test(place.symbol) });
      }
    }
    moving = next;
  }
}
