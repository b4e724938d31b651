import type { Asked } from '../asked.js';
import { idleTimes, type IdleCause } from '../idle.js';
import { hostRanges } from '../host-ranges.js';
import { lossOf, type Look, type Rule, type Suspect } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { deviceWork, launchesOf, longestIdle } from './support.js';

const needs = { ...deviceWork, NVTX_EVENTS: 'ranges were not captured; profile with `nsys profile -t cuda,nvtx`, and mark the phases' };
const share = { what: 'least share of the device\'s time lost', value: 0.05, unit: 'share', source: 'our own choice' } as const;

interface Pause {
  id: string;
  cause: IdleCause;
  looksFor: string;
  title: (lost: string) => string;
  falsePositives: string;
  blindTo: string;
  note: string;
  look?: Look;
}

function pauseRule({ id, cause, looksFor, title, falsePositives, blindTo, note, look }: Pause): Rule {
  return {
    id,
    category: 'C7',
    looksFor,
    tools: ['nvtx', 'gaps'],
    needs,
    thresholds: [share],
    falsePositives,
    blindTo,
    find(asked): Suspect[] {
      const lost = longestIdle(asked, cause, share.value);
      if (lost === null) return [];
      const { part } = lost;
      const ranges = rangesOf(asked, cause);
      const ms = ranges.reduce((sum, { startNs, endNs }) => sum + (endNs - startNs) / 1e6, 0);
      return [{
        title: title(`device ${lost.time.device} idles ${milliseconds(lost.ms)} meanwhile, ${percent(part)} of its time`),
        confidence: 'high',
        ...lossOf(lost.ms, part),
        evidence: [asked.evidence('nvtx', `${times(ranges.length, 'range')} such as "${ranges[0]?.name.slice(0, 100) ?? ''}", ${milliseconds(ms)} in all.`, 'NVTX_EVENTS', ranges)],
        notes: [note],
        clues: { calls: launchesOf(asked, lost.time, lost.gaps.map(({ before }) => before)), ranges: [...new Set(ranges.map(({ name }) => name))].slice(0, 3), ...(look === undefined ? {} : { look }) },
      }];
    },
  };
}

/** The ranges that gaps were put down to, the longest first. */
function rangesOf(asked: Asked, cause: IdleCause): { row: number; name: string; startNs: number; endNs: number }[] {
  const used = new Set(idleTimes(asked).flatMap(({ gaps }) => gaps[cause].flatMap(({ by }) => by?.row ?? [])));
  return hostRanges(asked).filter(({ kind, row }) => kind === cause && used.has(row)).sort((a, b) => b.endNs - b.startNs - (a.endNs - a.startNs));
}

export const dataLoader = pauseRule({
  id: 'C7-data-loader',
  cause: 'data',
  looksFor: 'a device that waits for the next batch',
  title: (lost) => `The program waits for its data loader; ${lost}.`,
  falsePositives: 'The first batch, while workers start.',
  blindTo: 'Loaders without a range of NVTX, and what their workers do.',
  note: 'Use workers and prefetching (DataLoader(num_workers=…, prefetch_factor=…, persistent_workers=True, pin_memory=True); PyTorch Performance Tuning Guide, "Enable asynchronous data loading and augmentation"), and move costly preparation out of the loop.',
  look: { what: 'a data loader', patterns: [/DataLoader\(/, /def __getitem__\(|tf\.data\.|\.__next__\(\)/] },
});

export const garbageCollection = pauseRule({
  id: 'C7-garbage-collection',
  cause: 'collector',
  looksFor: 'a device that waits while Python collects garbage',
  title: (lost) => `Python collects garbage; ${lost}.`,
  falsePositives: 'None known.',
  blindTo: 'Collections without a range of NVTX (nsys profile --python-functions-trace, or a callback in gc.callbacks).',
  note: 'Collect at a fixed place (gc.disable(), gc.collect() every so many steps), or freeze what stays (gc.freeze()).',
  look: { what: 'garbage collection', patterns: [/gc\.(collect|disable|freeze)\(/] },
});

export const pythonLock = pauseRule({
  id: 'C7-python-lock',
  cause: 'lock',
  looksFor: 'a device that waits while the launching thread waits for Python\'s lock',
  title: (lost) => `The thread that launches waits for Python's lock; ${lost}.`,
  falsePositives: 'None known.',
  blindTo: 'Waits without a range of NVTX (nsys profile --trace=python-gil).',
  note: 'Move the other threads\' work to processes (DataLoader workers), or into code that gives up the lock.',
  look: { what: 'threads', patterns: [/threading\.Thread\(|ThreadPoolExecutor\(/] },
});
