import type { Evidence } from '../../core/finding.js';
import type { Analysis, AnalysisFinding } from '../../profile/rules/analyze.js';
import { categories } from '../../profile/rules/categories.js';
import { milliseconds, percent } from '../../profile/rules/words.js';
import type { Style } from '../style.js';
import { clean, plural } from './numbers.js';

/** Findings for a person: what, where, how much, on what it rests, what to do. */
export function printAnalysis(analysis: Analysis, style: Style): string {
  const { findings, abstained, quiet } = analysis;
  const lines = [summaryOf(analysis), ''];
  for (const [index, finding] of findings.entries()) lines.push(...findingLines(finding, index + 1, style), '');
  const asked = findings.length === 0 ? `None of the ${quiet.length} rules that could judge found anything.` : `${plural(quiet.length, 'more rule')} found nothing.`;
  lines.push(style('dim', asked));
  for (const [reason, rules] of reasonsOf(abstained)) lines.push(style('dim', `Could not judge: ${rules.join(', ')}, because ${clean(reason)}.`));
  return lines.join('\n');
}

function summaryOf({ profile, findings }: Analysis): string {
  const times = [
    ...(profile.device_ms === null ? [] : [`${milliseconds(profile.device_ms)} on the devices`]),
    ...(profile.busy_ms === null ? [] : [`${milliseconds(profile.busy_ms)} of busy host code`]),
  ];
  return `${clean(profile.file)} (${clean(profile.kind)}${times.length === 0 ? '' : `, ${times.join(', ')}`}): ${plural(findings.length, 'finding')}`;
}

const colours = { high: 'red', medium: 'yellow', low: 'blue' } as const;

function findingLines(finding: AnalysisFinding, rank: number, style: Style): string[] {
  const { title, severity, confidence, category, rule, headroom_ms: headroomMs, share, evidence, notes } = finding;
  return [
    `${rank}. ${style(colours[severity], severity)}  ${style('bold', clean(title))}`,
    `   ${placeText(finding)}`,
    `   saves at most ${milliseconds(headroomMs)} (${percent(share)})  ${category} ${categories[category]}  ${rule}  confidence ${confidence}`,
    ...evidence.flatMap((one) => evidenceLines(one)).map((line) => `   ${line}`),
    ...notes.map((text) => style('dim', `   - ${clean(text)}`)),
  ];
}

export function placeText({ file, line, function: name }: AnalysisFinding): string {
  if (file === null) return 'place unknown';
  return `${clean(file)}${line === null ? '' : `:${line}`}${name === null ? '' : `  in ${clean(name)}`}`;
}

function evidenceLines({ tool, text, place }: Evidence): string[] {
  const said = `${tool}: ${clean(text)}`;
  if (place === undefined || place.ids.length === 0) return [said];
  const range = place.rangeMs === null ? '' : `, ${milliseconds(place.rangeMs[0])} to ${milliseconds(place.rangeMs[1])}`;
  return [said, `  rows of ${place.table}${range}: ${place.ids.slice(0, 6).join(', ')}${place.ids.length > 6 ? ', …' : ''}`];
}

/** Rules by their reason to abstain, so that each reason is said once. */
export function reasonsOf(abstained: Analysis['abstained']): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { rule, reason } of abstained) reasons.set(reason, [...(reasons.get(reason) ?? []), rule]);
  return reasons;
}
