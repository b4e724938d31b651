import type { LikelyMetric } from './model.js';

/** Generated code has longer ones, and the patterns below take the square of a line's length. */
const longestLine = 400;

/** Stands for the printed value in a template. No source line holds it. */
const hole = '\u0001';

/** A call that prints one line made of text and values, and how its literal becomes a template. */
const prints: readonly { call: RegExp; holes: RegExp }[] = [
  { call: /(?:console\.\w+|process\.stdout\.write)\(\s*`([^`]*)`/g, holes: /\$\{[^}]*\}/g },
  { call: /\bprint\(\s*f"([^"]*)"/g, holes: /\{[^}]*\}/g },
  { call: /\bprint\(\s*f'([^']*)'/g, holes: /\{[^}]*\}/g },
  { call: /\be?print(?:ln)?!\(\s*"([^"]*)"/g, holes: /\{[^}]*\}/g },
  { call: /\b[fF]?[pP]rintf\(\s*(?:std(?:out|err),\s*|os\.Std\w+,\s*)?"([^"]*)"/g, holes: /%[-+ 0-9.]*(?:l|ll|z)?[a-zA-Z]/g },
  { call: /\b(?:console\.\w+|print)\(\s*("[^"]*"\s*,\s*[^,"']+?(?:,\s*"[^"]*")?)\s*\)\s*(?:[;}]|$)/g, holes: /"\s*,\s*[^,"]+(?:,\s*"|$)/g },
  { call: /\b(?:console\.\w+|print)\(\s*('[^']*'\s*,\s*[^,"']+?(?:,\s*'[^']*')?)\s*\)\s*(?:[;}]|$)/g, holes: /'\s*,\s*[^,']+(?:,\s*'|$)/g },
];

const labelled = new RegExp(String.raw`([A-Za-z][\w /.-]{0,40}?)\s*([:=])\s*${hole}\s*([A-Za-zµ%][\w/µ%]*)?`, 'u');

const better = /(?:\/ ?s(?:ec|econd)?|per[ _]sec\w*|ps)$|\b(?:ops|fps|qps|rps|throughput|rate|recall|accuracy|score|speed|bandwidth)\b/i;
const worse = /\b(?:time|took|elapsed|duration|latency|memory|rss|wall|p\d\d)\b|(?:^|[ _])(?:[nµum]?s|ms|sec|secs|seconds|msec|millis\w*|[kmg]i?b|bytes)$/i;

/** Lines such as `throughput: 12.3 MB/s` that a program seems to print, from its source. Never certain: nothing was run. */
export function printedMetrics(source: string, file: string): LikelyMetric[] {
  const found = new Map<string, LikelyMetric>();
  for (const [position, line] of source.split('\n').entries()) {
    if (line.length > longestLine) continue;
    for (const { call, holes } of prints) {
      for (const match of line.matchAll(call)) {
        const metric = metricOf((match[1] ?? '').replaceAll(holes, hole), `${file}:${position + 1}`);
        if (metric !== null && !found.has(metric.name)) found.set(metric.name, metric);
      }
    }
  }
  return [...found.values()].slice(0, 8);
}

function metricOf(template: string, evidence: string): LikelyMetric | null {
  const match = labelled.exec(template);
  if (match === null) return null;
  const [, label = '', separator = '', unit = ''] = match;
  const goal = goalOf(label.replaceAll(/[_-]/g, ' '), unit);
  if (goal === null) return null;
  const name = label.trim().replaceAll(/[^\w@.\- ]/g, '-');
  const pattern = String.raw`${escapeRegex(label)}\s*${separator}\s*([0-9.eE+-]+)${unit === '' ? '' : String.raw`\s*${escapeRegex(unit)}`}`;
  return { name, pattern, unit: unit.slice(0, 20), goal, evidence, certain: false };
}

function goalOf(label: string, unit: string): 'min' | 'max' | null {
  if (better.test(unit) || better.test(label)) return 'max';
  return worse.test(label) || worse.test(unit) ? 'min' : null;
}

export function escapeRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
