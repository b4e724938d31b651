import { ApplicationFailure } from '@temporalio/activity';
import type { NotifyActivities } from '../core/notify/contract.js';
import { deliver } from '../delivery/deliver.js';
import { Undelivered } from '../delivery/undelivered.js';
import { activity } from './activity.js';

/** Tells people and programs what happened. The server tries again what may work later. */
export function notifyActivities({ env }: { env: NodeJS.ProcessEnv }): NotifyActivities {
  return {
    deliver: activity(async ({ notification, channel }, { signal }) => {
      try {
        await deliver(notification, channel, env, signal);
      } catch (error) {
        if (!(error instanceof Undelivered)) throw error;
        throw ApplicationFailure.create({ type: 'PL_NOTIFY', message: `${channel.kind} ${channel.url}: ${error.message}`, nonRetryable: error.final });
      }
    }),
  };
}
