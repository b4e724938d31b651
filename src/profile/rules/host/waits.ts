import type { Asked } from '../asked.js';
import { repositoryPath } from '../../tools/repository.js';
import { addCounted } from './counted-waits.js';
import { addSampled } from './sampled-waits.js';
import { oneAfterAnother, type WallTime } from './wall.js';

/** A function of the repository that waited in a call, by itself or in library code. */
export interface Wait {
  function: string;
  file: string;
  line: number;
  /** The call, as the profiler names it. */
  what: string;
  ms: number;
  /** Of the thread that waited longest, as threads wait at once; added up over those that ran one after another. */
  wall: WallTime;
  /** A library function on the way waits for other work to be done (joining a thread, taking from a queue). */
  forWork: boolean;
  /** The function also gives back a lock, as far as calls were counted: it may wait while it holds one. */
  holdsLock: boolean;
  /** How many samples say so; null where its time was measured. */
  samples: number | null;
}

/** A function on the way from a wait up to the repository. */
export interface Frame {
  id: number;
  symbol: string;
  module: string;
  line: number | null;
  kind: string;
}

/** Waits of all threads by the function of the repository that they were for, the longest first. */
export function waits(asked: Asked): Wait[] {
  return asked.once('waits', () => {
    const { root } = asked;
    if (root === null) return [];
    const times = new Map(asked.db.prepare<[], { id: number; start: number | null; end: number | null }>('SELECT id, startNs AS start, endNs AS "end" FROM PERFLOOP_PROFILES').all().map(({ id, ...rest }) => [id, rest]));
    const sums = new Map<string, Omit<Wait, 'wall'> & { parts: Map<number, number> }>();
    const add: Add = (frame, { profile, what, ms, samples, ...rest }) => {
      const file = repositoryPath(frame.module, root);
      if (file === null || frame.line === null) return;
      const key = `${file} ${frame.symbol} ${frame.line} ${what} ${rest.forWork}`;
      const known = sums.get(key) ?? { function: frame.symbol, file, line: frame.line, what, ms: 0, samples: 0, ...rest, parts: new Map<number, number>() };
      known.parts.set(profile, (known.parts.get(profile) ?? 0) + ms);
      sums.set(key, { ...known, ms: known.ms + ms, samples: known.samples === null || samples === null ? null : known.samples + samples });
    };
    addSampled(asked.db, root, add);
    addCounted(asked.db, root, add);
    const wallOf = (parts: ReadonlyMap<number, number>): WallTime => oneAfterAnother([...parts].map(([profile, ms]) => ({ ms, start: null, end: null, ...times.get(profile) })));
    return [...sums.values()].map(({ parts, ...wait }) => ({ ...wait, wall: wallOf(parts) })).sort((a, b) => b.ms - a.ms);
  });
}

/** Adds a wait to its function. */
export type Add = (frame: Frame, wait: Pick<Wait, 'what' | 'ms' | 'forWork' | 'holdsLock' | 'samples'> & { profile: number }) => void;
