import { Runtime, type RuntimeOptions } from '@temporalio/worker';
import { PerfloopError } from '../../core/errors.js';
import { bucketsByName, keepMetrics, metrics } from '../../telemetry/metrics.js';
import { watchProcess } from '../../telemetry/process-vitals.js';
import { workerLog } from './log.js';
import { metricsAddress } from './metrics-address.js';

/**
 * Sets up the SDK's runtime; with PERFLOOP_METRICS its exporter serves its own metrics and perfloop's, at one address. It is
 * a thread of its own, so that a scrape is answered while the event loop is busy. Throws PL_METRICS_ADDRESS.
 */
export function installRuntime(env: NodeJS.ProcessEnv, about: { version: string; role: 'hub' | 'worker' }): void {
  const bindAddress = metricsAddress(env);
  const basic: RuntimeOptions = { logger: workerLog(env), shutdownSignals: [] };
  if (bindAddress === null) return void Runtime.install(basic);
  install(bindAddress, { ...basic, telemetryOptions: { metrics: { attachServiceName: false, prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true, histogramBucketOverrides: bucketsByName() } } } });
  keepMetrics(Runtime.instance().metricMeter, { targets: env['PERFLOOP_METRICS_TARGETS'] === '1' });
  metrics.buildInfo.set(1, { version: about.version, node: process.versions.node, role: about.role });
  watchProcess();
}

function install(address: string, options: RuntimeOptions): void {
  try {
    Runtime.install(options);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!text.includes('prometheus')) throw error;
    throw new PerfloopError('PL_METRICS_ADDRESS', `metrics cannot be served at ${address}: ${text.replace(/^Failed to start prometheus metrics exporter: /, '')}`, { where: '--metrics or PERFLOOP_METRICS', fix: 'Name a free port of an address of this machine; each worker of a machine needs one of its own.', cause: error });
  }
}
