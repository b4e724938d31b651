import type { NotifyConfig } from '../config/notify-schema.js';
import type { Notification } from './notification.js';

/** Argument of the `notification` workflow. */
export interface NotificationInput {
  v: 1;
  queuePrefix: string;
  notification: Notification;
  /** Those that want it. */
  channels: NotifyConfig[];
}

export interface NotifyActivities {
  /** Sends it to one place. */
  deliver(input: { v: 1; notification: Notification; channel: NotifyConfig }): Promise<void>;
}
