import { ApplicationFailure } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { HostFailures } from '../core/hosts/host-record.js';

/** What a run fails by through no fault of its own: the disk, the tools and the sandbox of the host that it was put on. */
const ofTheHost: ReadonlySet<string> = new Set([
  'PL_DISK_FULL', 'PL_GIT_DISK_FULL', 'PL_GIT_DENIED', 'PL_GIT_CORRUPT', 'PL_NO_GIT', 'PL_GIT_TOO_OLD', 'PL_HOME_READ_ONLY', 'PL_ARTIFACTS_READ_ONLY', 'PL_ARTIFACTS_DENIED', 'PL_ARTIFACTS_UNREACHABLE',
  'PL_ARTIFACT_UNREADABLE', 'PL_SANDBOX', 'PL_COMMAND_SPAWN', 'PL_NO_FLOCK', 'PL_LOCK', 'PL_SAMPLE_JOURNAL',
]);
/** Succeed on a host where nothing else does. */
const sayNothing: ReadonlySet<string> = new Set(['ping', 'closeWorktrees']);

/** Counts the work that failed in a row for reasons of this host. */
export class HostTrouble {
  private found: HostFailures = { count: 0, last: '' };

  get failures(): HostFailures {
    return this.found;
  }

  ended(activityType: string, error?: unknown): void {
    if (error === undefined) {
      if (!sayNothing.has(activityType)) this.found = { count: 0, last: '' };
    } else if (error instanceof ApplicationFailure && ofTheHost.has(error.type ?? '')) {
      this.found = { count: this.found.count + 1, last: `${error.type}: ${error.message}`.slice(0, 300) };
    }
  }

  /** Watches the activities of a queue. */
  watching(): ActivityInterceptorsFactory {
    return ({ info }) => ({
      inbound: {
        execute: async (input, next) => {
          try {
            const result = await next(input);
            this.ended(info.activityType);
            return result;
          } catch (error) {
            this.ended(info.activityType, error);
            throw error;
          }
        },
      },
    });
  }
}
