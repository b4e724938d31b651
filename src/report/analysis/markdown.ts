import type { Analysis } from '../../profile/rules/analyze.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import { categories } from '../../profile/rules/categories.js';
import { milliseconds, percent } from '../../profile/rules/words.js';
import { code, details, inline } from '../markdown-text.js';
import { placeText, profileText, reasonsOf } from './words.js';

/** Findings as Markdown, for a comment or a ticket. */
export function analysisMarkdown(analysis: Analysis): string {
  const { profile, findings, abstained, quiet } = analysis;
  const head = `## Findings in ${code(profile.file)}\n\n${inline(profileText(analysis), 200)}. ${findings.length === 0 ? `None of the ${quiet.length} rules that could judge found anything.` : `${findings.length} found.`}`;
  const table = findings.length === 0 ? '' : ['| | what | where | saves at most | confidence |', '| --- | --- | --- | --- | --- |', ...findings.map(row)].join('\n');
  const reasons = [...reasonsOf(abstained)].map(([reason, rules]) => `- ${rules.map(code).join(', ')}: ${inline(reason, 400)}`).join('\n');
  return [head, table, ...findings.map(section), abstained.length === 0 ? '' : details(`${abstained.length} rules could not judge`, reasons)].filter((part) => part !== '').join('\n\n').concat('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function row(finding: AnalysisFinding): string {
  const { severity, title, headroom_ms: headroomMs, share, confidence } = finding;
  return `| ${severity} | ${cell(inline(title, 300))} | ${cell(code(placeText(finding)))} | ${milliseconds(headroomMs)} (${percent(share)}) | ${confidence} |`;
}

function section({ title, category, rule, evidence, notes, model, judged = [] }: AnalysisFinding): string {
  const facts = evidence.map(({ tool, text, place }) => `- ${code(tool)}: ${inline(text, 600)}${place === undefined || place.ids.length === 0 ? '' : ` (rows of ${code(place.table)}: ${place.ids.slice(0, 6).join(', ')})`}`);
  return details(`${inline(title, 300)} (${category} ${categories[category]}, ${model === undefined ? rule : `claimed by the model ${inline(model, 60)}`})`, [...facts, ...notes.map((text) => `- ${inline(text, 600)}`), ...judged.map(({ model: judge, real, why }) => `- ${inline(judge, 60)}: ${real ? 'real' : 'not real'}: ${inline(why, 600)}`)].join('\n'));
}
