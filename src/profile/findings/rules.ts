import type { Evidence } from '../../core/finding.js';
import type { Caller } from '../tools/callers.js';
import type { HotFunction } from '../tools/hot-functions.js';
import type { ProfileSummary } from '../tools/summary.js';
import type { Via } from '../tools/time-via.js';

/** What the rules for host code are called. H4 locates no function: see profileNotes. */
export const hostCategories = {
  H1: 'hot function: its own time is a large part of the busy time',
  H2: 'allocation: garbage is collected while it runs',
  H3: 'costly builtin or library call: most of its time passes in one kind of call',
  H4: 'the repository\'s code is not the bottleneck',
} as const;

export interface HotFacts {
  hot: HotFunction;
  via: Via[];
  callers: Caller[];
  summary: ProfileSummary;
}

/** Kinds of calls that code is often rewritten to do without, by the names that the profilers give them. */
const costlyCalls: { what: string; names: RegExp }[] = [
  { what: 'regular expressions', names: /^RegExp: |^(exec|test|match|matchAll|replace|replaceAll|\[Symbol\.\w+\])$|'re\.(Pattern|Match|Scanner)'|'_sre\.|^_?compile$|^_parse(_sub)?$|^_sre\.|_sre\.compile/ },
  { what: 'JSON', names: /^(parse|stringify)$|^(loads|dumps|encode|iterencode|raw_decode|decode|scan_once)$|_json\./ },
  { what: 'copying', names: /^structuredClone$|^_?deepcopy|^_reconstruct$|^_keep_alive$|'copy' of / },
  { what: 'formatting and locale', names: /^(toLocaleString|toLocaleDateString|toLocaleTimeString|format|DateTimeFormat|NumberFormat|Collator|localeCompare)$|strptime|strftime/ },
  { what: 'searching a list', names: /^(indexOf|lastIndexOf|includes|find|findIndex)$|\{method '(index|count|remove)' of 'list'/ },
  { what: 'moving the elements of a list', names: /^(shift|unshift|splice|concat)$|\{method '(pop|insert)' of 'list'/ },
  { what: 'sorting', names: /^(sort|toSorted)$|'sort' of 'list'|builtins\.sorted/ },
];

/** Which rule a hot function falls under, and what it rests on. */
export function judge(facts: HotFacts): { category: 'H1' | 'H2' | 'H3'; evidence: Evidence[] } {
  const { hot } = facts;
  const costly = mostCostly(facts.via);
  const isCostly = costly !== null && costly.share >= hot.selfShare / 2;
  const allocates = hot.collectorShare >= 0.05 && hot.collectorShare >= hot.selfShare / 2;
  const evidence = [selfTime(facts), ...via(facts), ...lines(hot), ...collector(hot), ...called(facts)];
  if (isCostly) evidence.push({ tool: 'rule H3', text: `${percent(costly.share)} of the busy time passes in ${costly.what} on its behalf.` });
  evidence.push(...profileNotes(facts.summary).map((text) => ({ tool: 'rule H4', text })));
  return { category: isCostly ? 'H3' : allocates ? 'H2' : 'H1', evidence };
}

/** Sentences about the profile as a whole that a person should know before spending time on a candidate (rule H4). */
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

function mostCostly(via: Via[]): { what: string; share: number } | null {
  const sums = costlyCalls.map(({ what, names }) => ({ what, share: via.filter((one) => names.test(one.function)).reduce((sum, { share }) => sum + share, 0) }));
  return sums.reduce<{ what: string; share: number } | null>((most, one) => (one.share > (most?.share ?? 0) ? one : most), null);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function seconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} us`;
}
