import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertActivities } from '../../core/alerts/alerts.js';
import type { Home } from '../../store/home.js';
import { activity } from '../activity.js';

/** Appends to `logs/alerts/FLEET.log` of the hub's home, a line an event. */
export function tellAlertsActivity({ home }: { home: Home }): AlertActivities['tellAlerts'] {
  return activity(async ({ fleet, at, events }) => {
    const folder = join(home.logs, 'alerts');
    await mkdir(folder, { recursive: true });
    const lines = events.map(({ kind, alert: { id, text, fix, done } }) => `${new Date(at).toISOString()} ${kind} ${id}: ${text}${kind === 'cleared' ? '' : ` ${fix}`}${done === null ? '' : ` Done: ${done}`}\n`);
    await appendFile(join(folder, `${fleet}.log`), lines.join(''));
  });
}
