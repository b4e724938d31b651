import { CancelledFailure } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { metrics } from '../../telemetry/metrics.js';

/** Measures the activities of a queue. `queue`: its kind, not its name, which holds a host. `device`: where only one runs at a time, that it keeps busy. */
export function measured({ queue, device }: { queue: string; device?: string }): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const began = performance.now();
        metrics.queueWait.observe((Date.now() - info.currentAttemptScheduledTimestampMs) / 1000, { queue });
        const ended = (outcome: string): void => {
          const seconds = (performance.now() - began) / 1000;
          metrics.activitySeconds.observe(seconds, { activity: info.activityType, outcome });
          if (device !== undefined) metrics.deviceBusy.observe(seconds, { device });
        };
        try {
          const result = await next(input);
          ended('done');
          return result;
        } catch (error) {
          ended(error instanceof CancelledFailure ? 'cancelled' : 'failed');
          throw error;
        }
      },
    },
  });
}
