import { spanOf } from '../../tools/gpu/extent.js';
import type { Asked } from '../asked.js';
import type { DeviceTime } from '../device-time.js';
import type { HostCall } from '../host-calls.js';
import type { Gap } from '../idle.js';
import { lossOf, type Clues, type Rule } from '../rule.js';
import { milliseconds, percent, times } from '../words.js';
import { callsBehind, deviceCalls, launchesOf, longestIdle, workEvidence } from './support.js';

const idleShare = { what: 'least share of the device\'s time lost', value: 0.1, unit: 'share', source: 'our own choice; nsys\' expert rule "GPU utilization" begins at half, which is more than one wants to lose' } as const;

export const idleDevice: Rule = {
  id: 'C1-idle-device',
  category: 'C1',
  looksFor: 'a device without work while the host does something else than CUDA: the host is the bottleneck',
  tools: ['gaps', 'busy'],
  needs: deviceCalls,
  thresholds: [idleShare],
  falsePositives: 'Pauses that are wanted: a server without requests, validation on the host, a slice around the interesting part.',
  blindTo: 'What the host does: record its code as well (py-spy, perf, `nsys profile -s process-tree`).',
  find(asked) {
    const lost = longestIdle(asked, 'host', idleShare.value);
    if (lost === null) return [];
    const { time, ms, part, gaps, count } = lost;
    const longest = gaps[0]?.ms ?? 0;
    return [{
      title: `Device ${time.device} has nothing to do for ${milliseconds(ms)} of ${milliseconds(time.spanMs)} (${percent(part)}) while the host is busy outside of CUDA.`,
      // One long pause is more often a start than a bottleneck.
      confidence: longest > ms / 2 ? 'low' : 'medium',
      ...lossOf(ms, part),
      evidence: [workEvidence(asked, 'gaps', `${times(count, 'gap')}, the longest ${milliseconds(longest)}; these rows are the work that ends the longest ones.`, time, gaps.map(({ before }) => before))],
      notes: ['Prepare the next step on the host while the device works on this one, or do that work on the device.'],
      clues: whileIdle(asked, time, gaps),
    }];
  },
};

/** The thread that launches after a gap, in the middle of the gap. */
function whileIdle(asked: Asked, time: DeviceTime, gaps: readonly Gap[]): Clues {
  const pairs = gaps.slice(0, 24).flatMap(({ before, startNs, endNs }) => launchesOf(asked, time, [before]).map((call) => ({ call, moment: (startNs + endNs) / 2 })));
  return { calls: pairs.map(({ call }) => call), moments: pairs.map(({ moment }) => moment) };
}

export const slowCalls: Rule = {
  id: 'C1-slow-calls',
  category: 'C1',
  looksFor: 'a device without work while the host is inside calls of CUDA: first launches that load code, graphs and streams that are made',
  tools: ['gaps', 'api_sum'],
  needs: deviceCalls,
  thresholds: [idleShare],
  falsePositives: 'A short profile of a long program: a first launch happens once.',
  blindTo: 'Calls that load code or allocate memory by their name: other rules tell of these.',
  find(asked) {
    const lost = longestIdle(asked, 'call', idleShare.value);
    if (lost === null) return [];
    const { time, ms, part, gaps, count } = lost;
    const longest = gaps[0]?.ms ?? 0;
    const calls = callsBehind(gaps);
    const names = [...new Set(calls.map(({ name }) => name))];
    return [{
      title: `Device ${time.device} has nothing to do for ${milliseconds(ms)} of ${milliseconds(time.spanMs)} (${percent(part)}) while the host is inside calls of CUDA, longest in ${names[0] ?? 'one'}.`,
      confidence: longest > ms / 2 ? 'low' : 'medium',
      ...lossOf(ms, part),
      evidence: [asked.evidence('api_sum', `${times(count, 'gap')}, the longest ${milliseconds(longest)}; the longest are within ${names.slice(0, 4).join(', ')}.`, 'CUPTI_ACTIVITY_KIND_RUNTIME', calls)],
      notes: ['Make such calls once, before the part that has to be fast. A launch that takes so long loads the code of its kernel: launch each once before. Keep streams, events and graphs, and use them again.'],
      clues: { calls: calls.slice(0, 24).map(({ row }) => row) },
    }];
  },
};

const loadShare = { what: 'least share of the profile', value: 0.1, unit: 'share', source: 'our own choice' } as const;
const loadMs = { what: 'least time', value: 100, unit: 'ms', source: 'our own choice: loading takes some time in every program' } as const;

export const moduleLoading: Rule = {
  id: 'C1-module-loading',
  category: 'C1',
  looksFor: 'loading and compiling of device code while the device waits',
  tools: ['api_sum', 'health'],
  needs: deviceCalls,
  thresholds: [loadShare, loadMs],
  falsePositives: 'A short profile of a long program: loading happens once.',
  blindTo: 'Compilers that run in other processes (Triton, torch.compile).',
  find(asked) {
    const loads = asked.calls.filter(({ kind }) => kind === 'load');
    if (unionMs(loads, Infinity) < loadMs.value) return [];
    const firstWork = Math.min(...asked.devices.map(({ start }) => start[0] ?? Infinity));
    const beforeMs = unionMs(loads, firstWork);
    const ms = beforeMs + (longestIdle(asked, 'load')?.ms ?? 0);
    const spanMs = spanOf(asked.db);
    if (ms < loadMs.value || ms / spanMs < loadShare.value) return [];
    const part = ms / spanMs;
    const longest = loads.toSorted((a, b) => b.endNs - b.startNs - (a.endNs - a.startNs));
    return [{
      title: `Loading and compiling device code takes ${milliseconds(ms)} of ${milliseconds(spanMs)} (${percent(part)}) in which no device works.`,
      confidence: 'high',
      ...lossOf(ms, part),
      evidence: [asked.evidence('api_sum', `${times(loads.length, 'call')} of ${[...new Set(longest.map(({ name }) => name))].slice(0, 4).join(', ')}; ${milliseconds(beforeMs)} before the first work.`, 'CUPTI_ACTIVITY_KIND_RUNTIME', longest)],
      notes: ['Leave CUDA_MODULE_LOADING at LAZY (CUDA C++ Programming Guide, "Lazy Loading"), ship code for the GPU at hand so that nothing is compiled from PTX, and keep the caches of compilers between runs.'],
      clues: { calls: longest.slice(0, 24).map(({ row }) => row), look: { what: 'loading or compiling device code', patterns: [/cu(Module|Library)Load\w*\s*\(|nvrtcCompileProgram|load_inline\(|RawModule\(|RawKernel\(|torch\.compile\(/] } },
    }];
  },
};

/** For how long any of the calls ran until then, in milliseconds. */
function unionMs(calls: readonly HostCall[], untilNs: number): number {
  let reached = -Infinity;
  let ns = 0;
  for (const { startNs, endNs } of calls) {
    const end = Math.min(endNs, untilNs);
    if (end <= reached || end <= startNs) continue;
    ns += end - Math.max(reached, startNs);
    reached = end;
  }
  return ns / 1e6;
}
