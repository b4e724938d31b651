import type { AlertsStatus } from '../../core/alerts/alerts.js';
import type { Alert } from '../../core/alerts/book.js';
import { instantText } from '../../core/instant-text.js';
import type { Style } from '../style.js';
import { clean } from './numbers.js';

/** An alert a paragraph: what, since when, what to do, what was done. */
export function printFleetAlerts({ fleet, open, lookedAt, problem }: { fleet: string } & AlertsStatus, style: Style): string {
  const raised = open.filter(({ toldAt }) => toldAt !== null);
  const head = `${style('bold', fleet)}: ${raised.length === 0 ? 'no alerts' : raised.length === 1 ? 'an alert' : `${raised.length} alerts`}${lookedAt === null ? '; the bounds were not looked at yet' : `, last look ${instantText(lookedAt)}`}`;
  return [...raised.flatMap((alert) => paragraph(alert, style)), ...(problem === null ? [] : [`${style('yellow', 'warning')}: the last look failed: ${clean(problem)}`]), head].join('\n');
}

function paragraph({ id, text, fix, since, escalated, done, acknowledged }: Alert, style: Style): string[] {
  const lines = [clean(text), clean(fix)];
  if (done !== null) lines.push(`done: ${clean(done)}`);
  if (acknowledged !== null) lines.push(`acknowledged by ${clean(acknowledged.who)} ${instantText(acknowledged.at)}${acknowledged.why === '' ? '' : `: ${clean(acknowledged.why)}`}`);
  return [`${style(acknowledged === null ? 'red' : 'yellow', id)} since ${instantText(since)}${escalated ? ', escalated' : ''}`, ...lines.map((line) => `    ${line}`)];
}

export function printAcknowledged({ fleet, alert }: { fleet: string; alert: string }, style: Style): string {
  return `${alert} of ${style('bold', fleet)}: acknowledged; it is told no more until it is over`;
}
