import type { Alert } from '../../core/alerts/book.js';
import type { AlertAction } from '../../core/alerts/conditions.js';
import { formatDuration } from '../../core/duration-text.js';
import { instantText } from '../../core/instant-text.js';
import { lastGood, type PhaseTime } from '../../core/rollback/last-good.js';
import type { AcceptedPatch } from '../../core/rollback/rollback.js';
import { openFleetFigures } from '../../store/fleet-figures.js';
import type { Home } from '../../store/home.js';
import { rollBackSince, type RollbackPlace } from '../rollback.js';

/** So far back a last good time is looked for. */
const longestBackMs = 90 * 86_400_000;
/** Named in a text; the rest is counted. */
const mostNamed = 10;

export type RollBackForAlert = (asked: { fleet: string; window: number; alert: Alert; action: Extract<AlertAction, { kind: 'roll-back' }>; at: number }) => Promise<string>;

/** Takes back what a target accepted since its phase was within its bound, and says in words what that was, or why it was nothing. */
export function rollBackForAlert(place: RollbackPlace): RollBackForAlert {
  return async ({ fleet, window, alert: { id, since, text }, action: { target, phase, bound }, at }) => {
    const good = lastGood(timesOf(place.home, { fleet, target, phase, since: at - longestBackMs }), { bound, window });
    if (good === null) return `nothing is rolled back: within ${formatDuration(longestBackMs)} the 95th percentile of ${phase} of ${target} was never known to be within its bound. By hand: \`perfloop rollback RUN\``;
    const patches = await rollBackSince(place, { fleet, target, good, id: `alert/${fleet}/${id}/${since}`, who: 'perfloop', why: text, alert: id, at });
    if (patches.length === 0) return `nothing is rolled back: nothing that was accepted since ${instantText(good)}, when ${phase} of ${target} was within its bound last, is still there; it is slow for another reason`;
    return `rolled back what was accepted since ${instantText(good)}, when ${phase} of ${target} was within its bound last: ${namesOf(patches)}. To give it back: ${[...new Set(patches.map(({ first }) => first.run))].map((run) => `\`perfloop rollback ${run} --undo\``).join(', ')}`;
  };
}

function timesOf(home: Home, { fleet, target, phase, since }: { fleet: string; target: string; phase: string; since: number }): PhaseTime[] {
  const figures = openFleetFigures(home.db, fleet);
  try {
    return figures?.timesIn(target, phase, since) ?? [];
  } finally {
    figures?.close();
  }
}

function namesOf(patches: readonly AcceptedPatch[]): string {
  const named = patches.slice(0, mostNamed).map(({ first, title }) => `${first.run}/${first.trial} "${title}"`);
  return [...named, ...(patches.length > mostNamed ? [`and ${patches.length - mostNamed} more`] : [])].join(', ');
}
