import type { SgNode } from '@ast-grep/napi';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import { owned } from './statements.js';

const clocks = new Set(['time.time', 'time.perf_counter', 'time.monotonic', 'time.process_time', 'time.time_ns', 'time.perf_counter_ns', 'timeit.default_timer', 'datetime.datetime.now']);

/** The first place in a region where the code takes a time, by a clock of the host or an event of the device. */
export function timingIn(module: PyModule, region: SgNode): SgNode | null {
  return owned(module, region, 'call').find((call) => clocks.has(module.pathOf(call.field('function')) ?? '') || ['elapsed_time', 'record'].includes(methodOf(call)?.method ?? '')) ?? null;
}
