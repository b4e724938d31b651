import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from './metrics.js';

export const vitalsEveryMs = 5000;

/** Writes memory, processor time and the lag of the event loop every 5 s. Gives a function that ends it. */
export function watchProcess(): () => void {
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  let counted = 0;
  metrics.startTime.set(Math.round(Date.now() / 1000 - process.uptime()), {});
  const write = (): void => {
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    metrics.residentMemory.set(rss, {});
    metrics.heapUsed.set(heapUsed, {});
    metrics.heapTotal.set(heapTotal, {});
    const { user, system } = process.cpuUsage();
    const seconds = Math.floor((user + system) / 1e6);
    metrics.cpuSeconds.add(seconds - counted, {});
    counted = seconds;
    // The histogram holds how long each 20 ms took; empty ones give NaN.
    const late = (nanoseconds: number): number => Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - 0.02);
    metrics.eventLoopLag.set(late(lag.percentile(50)), { quantile: '0.5' });
    metrics.eventLoopLag.set(late(lag.percentile(99)), { quantile: '0.99' });
    metrics.eventLoopLag.set(late(lag.max), { quantile: '1' });
    lag.reset();
  };
  write();
  const timer = setInterval(write, vitalsEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    lag.disable();
  };
}
