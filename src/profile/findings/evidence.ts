import type { Evidence } from '../../core/finding.js';
import type { Caller } from '../tools/callers.js';
import type { HotCause } from '../rules/host/cause.js';
import type { HotFunction } from '../tools/hot-functions.js';
import type { ProfileSummary } from '../tools/summary.js';
import type { Via } from '../tools/time-via.js';

export interface HotFacts {
  hot: HotFunction;
  via: readonly Via[];
  callers: Caller[];
  summary: ProfileSummary;
}

/** What a hot function's category rests on, in words. */
export function evidenceOf(facts: HotFacts, cause: HotCause): Evidence[] {
  const evidence = [selfTime(facts), ...via(facts), ...lines(facts.hot), ...collector(facts.hot), ...called(facts)];
  if (cause.kind === 'calls') evidence.push({ tool: `rule ${cause.rule}`, text: `${percent(cause.share)} of the busy time passes in ${cause.part.calls.what} on its behalf.` });
  return [...evidence, ...profileNotes(facts.summary).map((text) => ({ tool: 'summary', text }))];
}

/** Sentences about the profile as a whole that a person should know before spending time on a candidate */
export function profileNotes({ shares, busyMs, idleMs }: ProfileSummary): string[] {
  const notes: string[] = [];
  if (shares.repository < 0.2) {
    const others = [
      [shares.outside, 'dependencies and other code'],
      [shares.loader, 'loading modules'],
      [shares.collector, 'garbage collection'],
      [shares.runtime, 'the runtime'],
    ] as const;
    const named = others.filter(([share]) => share >= 0.05).map(([share, what]) => `${what} ${percent(share)}`);
    notes.push(`The repository's code is not the bottleneck: it takes ${percent(shares.repository)} of the busy time (${named.join(', ') || 'the rest is spread out'}).`);
  }
  if (idleMs > busyMs) notes.push(`The processes waited for ${seconds(idleMs)} and worked for ${seconds(busyMs)}: faster code cannot save the waiting.`);
  return notes;
}

function selfTime({ hot, summary }: HotFacts): Evidence {
  const where = summary.processes === 1 ? '' : ` of ${summary.processes} processes`;
  return {
    tool: 'hot-functions',
    text: `${hot.function} takes ${percent(hot.selfShare)} of the busy time${where} (${seconds(hot.selfMs)} of ${seconds(summary.busyMs)}) by itself and in the builtins and library functions that it calls; ${percent(hot.totalShare)} with all its callees.`,
  };
}

function via({ hot, via }: HotFacts): Evidence[] {
  const named = via.filter(({ share }) => share >= 0.005).slice(0, 5);
  if (named.length === 0) return [];
  const parts = named.map(({ function: name, share }) => `${name} ${percent(share)}`);
  return [{ tool: 'time-via', text: `Its own lines take ${percent(hot.ownShare)}; what it calls: ${parts.join(', ')}.` }];
}

function lines({ hotLines }: HotFunction): Evidence[] {
  const hottest = hotLines.filter(({ share }) => share >= 0.005).slice(0, 3);
  if (hottest.length === 0) return [];
  return [{ tool: 'hot-functions', text: `Hottest lines: ${hottest.map(({ line, share }) => `${line} (${percent(share)})`).join(', ')}.` }];
}

function collector({ function: name, collectorShare }: HotFunction): Evidence[] {
  return collectorShare >= 0.01 ? [{ tool: 'hot-functions', text: `Garbage collection while ${name} ran takes another ${percent(collectorShare)}.` }] : [];
}

function called({ hot, callers }: HotFacts): Evidence[] {
  const evidence: Evidence[] = [];
  if (hot.calls !== null) evidence.push({ tool: 'hot-functions', text: hot.calls === 1 ? 'It was called once.' : `It was called ${hot.calls} times, at ${seconds(hot.selfMs / Math.max(1, hot.calls))} a call.` });
  const named = callers.slice(0, 3).map(({ function: name, share }) => `${name} (${percent(share)})`);
  if (named.length > 0) evidence.push({ tool: 'callers', text: `Its callers, by its total time: ${named.join(', ')}.` });
  return evidence;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function seconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} us`;
}
