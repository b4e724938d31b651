import type { Evidence } from '../../core/finding.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import { categories } from '../../profile/rules/categories.js';
import { milliseconds, percent } from '../../profile/rules/words.js';
import { placeText, profileText, reasonsOf } from '../../report/analysis/words.js';
import type { Style } from '../style.js';
import { spentText } from './models.js';
import { clean, plural } from './numbers.js';

/** Findings for a person: what, where, how much, on what it rests, what to do. */
export function printAnalysis(analysis: Analysis, style: Style): string {
  const { findings, abstained, quiet } = analysis;
  const lines = [summaryOf(analysis), ''];
  for (const [index, finding] of findings.entries()) lines.push(...findingLines(finding, index + 1, style), '');
  const asked = quiet.length === 0 && findings.length === 0 ? 'No rule could judge this profile.' : findings.length === 0 ? `None of the ${quiet.length} rules that could judge found anything.` : `${plural(quiet.length, 'more rule')} found nothing.`;
  lines.push(style('dim', asked));
  for (const [reason, rules] of reasonsOf(abstained)) lines.push(style('dim', `Could not judge: ${someOf(rules)}, because ${clean(reason)}.`));
  for (const model of analysis.models ?? []) lines.push(...modelLines(model, style));
  return lines.join('\n');
}

function summaryOf({ profile, findings, ...rest }: Analysis): string {
  const ofModels = findings.filter(({ model }) => model !== undefined).length;
  return `${clean(profile.file)} (${clean(profileText({ profile, findings, ...rest }))}): ${plural(findings.length, 'finding')}${ofModels === 0 ? '' : `, ${ofModels} of ${ofModels === 1 ? 'them a claim' : 'them claims'} of a model`}`;
}

/** What of a model's claims did not hold, and what asking it cost. */
function modelLines({ model, dropped, note, spent }: NonNullable<Analysis['models']>[number], style: Style): string[] {
  return [
    ...dropped.map(({ what, why }) => style('yellow', `Left out of what ${clean(model)} says: ${clean(what)}: ${clean(why)}.`)),
    ...(note === null ? [] : [style('yellow', `${clean(model)} did not come to an end: ${clean(note)}.`)]),
    ...(spent === undefined ? [] : [style('dim', `${clean(model)}: ${spentText(spent)}.`)]),
  ];
}

const colours = { high: 'red', medium: 'yellow', low: 'blue' } as const;

function findingLines(finding: AnalysisFinding, rank: number, style: Style): string[] {
  const { title, severity, confidence, category, rule, headroom_ms: headroomMs, share, evidence, notes, model, judged = [] } = finding;
  return [
    `${rank}. ${style(colours[severity], severity)}  ${style('bold', clean(title))}`,
    `   ${clean(placeText(finding))}`,
    `   saves at most ${milliseconds(headroomMs)} (${percent(share)})  ${category} ${categories[category]}  ${model === undefined ? rule : style('yellow', `claimed by ${clean(model)}`)}  confidence ${confidence}`,
    ...evidence.flatMap((one) => evidenceLines(one)).map((line) => `   ${line}`),
    ...notes.map((text) => style('dim', `   - ${clean(text)}`)),
    ...judged.flatMap(({ model: judge, real, why, evidence: seen }) => [`   ${clean(judge)}: ${real ? style('green', 'real') : style('yellow', 'not real')}: ${clean(why)}`, ...seen.flatMap((one) => evidenceLines(one)).map((line) => `     ${line}`)]),
  ];
}

function evidenceLines({ tool, text, place }: Evidence): string[] {
  const said = `${tool}: ${clean(text)}`;
  if (place === undefined || place.ids.length === 0) return [said];
  const range = place.rangeMs === null ? '' : `, ${milliseconds(place.rangeMs[0])} to ${milliseconds(place.rangeMs[1])}`;
  return [said, `  rows of ${place.table}${range}: ${place.ids.slice(0, 6).join(', ')}${place.ids.length > 6 ? ', …' : ''}`];
}

/** More names than these say no more to a person; --json has all. */
const mostNames = 4;

function someOf(rules: readonly string[]): string {
  return rules.length <= mostNames ? rules.join(', ') : `${plural(rules.length, 'rule')} (${rules.slice(0, mostNames - 1).join(', ')}, …)`;
}
