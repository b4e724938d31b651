import { Counter, Gauge, Histogram, type Instrument, type Meter } from './instrument.js';

/** Seconds in which something is waited for. */
const waits = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];
/** Seconds of work: a phase of a small target, up to a night. */
const works = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const ratios = [0.9, 1, 1.01, 1.02, 1.05, 1.1, 1.2, 1.35, 1.5, 2, 3, 5, 10];
const dollars = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];

/**
 * Every metric of perfloop's own; docs/metrics.md explains them. `target` is left out unless it is asked for. Counters and
 * histograms are of what this process did; gauges of the store are set by the hub alone.
 */
export const metrics = {
  buildInfo: new Gauge({ name: 'perfloop_build_info', help: 'Always 1; which perfloop this worker is.', labels: ['version', 'node', 'role'] }),

  trials: new Counter({ name: 'perfloop_trials_total', help: 'Trials that were decided, as the hub recorded them.', labels: ['verdict', 'proposer', 'target'] }),
  trialSeconds: new Histogram({ name: 'perfloop_trial_seconds', help: 'From the begin of a trial to its decision, waiting for a person included.', labels: ['verdict', 'target'], buckets: works }),
  trialSpeedup: new Histogram({ name: 'perfloop_trial_speedup_ratio', help: 'Measured ratio of accepted trials: time of the champion by time of the candidate.', labels: ['proposer', 'target'], buckets: ratios }),
  runs: new Counter({ name: 'perfloop_runs_total', help: 'Runs and judgements that ended, as the hub recorded them.', labels: ['kind', 'state', 'target'] }),
  runSeconds: new Histogram({ name: 'perfloop_run_seconds', help: 'Wall time of runs and judgements that ended.', labels: ['kind', 'state', 'target'], buckets: works }),
  runSpeedup: new Histogram({ name: 'perfloop_run_speedup_ratio', help: 'Ratio of runs that are done: time of the base by time of the champion; 1 where nothing was accepted.', labels: ['target'], buckets: ratios }),
  phaseSeconds: new Histogram({ name: 'perfloop_phase_seconds', help: 'Wall time of each time that a run was in a phase; of a graph, of each step by its type.', labels: ['phase', 'target'], buckets: works }),
  decisions: new Counter({ name: 'perfloop_decisions_total', help: 'Decisions of people on trials, branches and questions.', labels: ['decision'] }),

  samples: new Counter({ name: 'perfloop_samples_total', help: 'Executions of benchmarks that were kept as samples.', labels: ['stage'] }),
  queueWait: new Histogram({ name: 'perfloop_queue_wait_seconds', help: 'How long an activity lay in its queue before this worker took it.', labels: ['queue'], buckets: waits }),
  activitySeconds: new Histogram({ name: 'perfloop_activity_seconds', help: 'Wall time of activities on this worker.', labels: ['activity', 'outcome'], buckets: [0.1, ...works] }),
  lockWait: new Histogram({ name: 'perfloop_host_lock_wait_seconds', help: 'How long work waited for the lock of this host.', labels: ['mode'], buckets: waits }),
  deviceBusy: new Histogram({ name: 'perfloop_device_busy_seconds', help: 'Time in which an activity had a device to itself; the rate of the sum is its use, 0 to 1.', labels: ['device'], buckets: works }),
  leases: new Gauge({ name: 'perfloop_leases', help: 'Leases of a device of this host that have not expired.', labels: ['device'] }),

  modelCallDollars: new Histogram({ name: 'perfloop_model_call_dollars', help: 'US dollars of each call of a model or an agent whose price is known; the sum is what was spent.', labels: ['by'], buckets: dollars }),
  modelTokens: new Counter({ name: 'perfloop_model_tokens_total', help: 'Tokens that calls of models and agents used.', labels: ['by'] }),
  unpricedCalls: new Counter({ name: 'perfloop_model_calls_unpriced_total', help: 'Calls of models and agents whose price nobody knows.', labels: ['by'] }),

  runsOpen: new Gauge({ name: 'perfloop_runs_open', help: 'Runs and judgements in the store that have not ended.', labels: ['state'] }),
  approvalsWaiting: new Gauge({ name: 'perfloop_approvals_waiting', help: 'Trials, branches and questions that wait for a person.' }),
  approvalOldest: new Gauge({ name: 'perfloop_approval_oldest_seconds', help: 'How long the one of them waits that waits longest; 0 where none does.' }),
  storeBytes: new Gauge({ name: 'perfloop_store_bytes', help: 'Size of the knowledge base on disk.' }),
  spentDollars: new Gauge({ name: 'perfloop_spent_dollars', help: 'US dollars that models and agents cost, of all runs in the store.' }),

  residentMemory: new Gauge({ name: 'process_resident_memory_bytes', help: 'Memory of the worker process.' }),
  heapUsed: new Gauge({ name: 'nodejs_heap_size_used_bytes', help: "Of V8's heap in use." }),
  heapTotal: new Gauge({ name: 'nodejs_heap_size_total_bytes', help: "Size of V8's heap." }),
  cpuSeconds: new Counter({ name: 'process_cpu_seconds_total', help: 'Processor time of the worker process, in whole seconds.' }),
  startTime: new Gauge({ name: 'process_start_time_seconds', help: 'When the process began, in seconds since 1970.' }),
  eventLoopLag: new Gauge({ name: 'nodejs_eventloop_lag_seconds', help: "By how much timers of the event loop were late in the last 5 s: median, 99th percentile and longest.", labels: ['quantile'] }),
} as const;

export const allMetrics: readonly Instrument[] = Object.values(metrics) as unknown as Instrument[];

/** From now on the metrics are kept by this meter. `targets`: whether each series is kept for each target too. */
export function keepMetrics(meter: Meter, { targets }: { targets: boolean }): void {
  const dropped = new Set(targets ? [] : ['target']);
  for (const metric of allMetrics) metric.bind(meter, dropped);
}

/** By name, as exporters want them. */
export function bucketsByName(): Record<string, number[]> {
  return Object.fromEntries(allMetrics.flatMap(({ declared: { name, buckets } }) => (buckets === undefined ? [] : [[name, [...buckets]]])));
}
