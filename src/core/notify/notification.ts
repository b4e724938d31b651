/** What people are told of. */
export const notificationEvents = ['finished', 'awaiting', 'accepted', 'budget', 'paused', 'regression', 'alert'] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

/** One thing that happened, for every place that it is told to. */
export interface Notification {
  v: 1;
  /** The same however often it is sent: who gets it twice knows that. */
  id: string;
  event: NotificationEvent;
  /** Workflow time, milliseconds since the epoch. */
  at: number;
  target: string;
  /** Null: of no run. */
  run: string | null;
  title: string;
  text: string;
}

export const placeholders = ['event', 'target', 'run', 'title', 'text', 'at', 'id'] as const;

/** Names within braces. */
export function placeholdersIn(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** A template with what happened in it, once over: braces in that are text. */
export function rendered(template: string, notification: Notification): string {
  const values: Record<(typeof placeholders)[number], string> = { ...notification, run: notification.run ?? '', at: new Date(notification.at).toISOString() };
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name as keyof typeof values] : whole));
}
