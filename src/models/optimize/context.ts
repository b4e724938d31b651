import type { Finding } from '../../core/finding.js';
import type { EarlierAttempt } from '../../core/model-talk.js';
import { oneLine } from '../../core/one-line.js';
import type { Given } from '../traffic.js';
import { estimateTokens } from '../usage.js';


export interface Known {
  finding: Finding;
  /** Of the whole profile: its hottest functions, a line each. */
  profile: string[];
  attempts: EarlierAttempt[];
  /** Of this repository or the same kind of code, from earlier runs. */
  lessons: string[];
}

/** What a conversation about a finding begins with. */
export function givenOf(known: Known, tokens: number): Given {
  return { context: contextOf(known, tokens), refused: known.attempts.filter(({ outcome }) => outcome !== 'accepted').map(({ title }) => title) };
}

/**
 * The prompt's part about a finding, within so many tokens (an upper estimate). The finding itself always stays; of the
 * rest the first parts count most, and each gives up its last lines first.
 */
export function contextOf({ finding, profile, attempts, lessons }: Known, tokens: number): string {
  const parts: { title: string; lines: string[] }[] = [
    { title: 'The code', lines: finding.snippet === '' ? [] : ['```', ...finding.snippet.split('\n'), '```'] },
    { title: 'Tried before', lines: attempts.map(({ title, outcome, why }) => oneLine(`- ${title}: ${outcome}. ${why}`)) },
    { title: 'Evidence', lines: finding.evidence.map(({ tool, text }) => `- ${tool}: ${text}`) },
    { title: 'Hot lines', lines: finding.hotLines.map(({ line, share }) => `- line ${line}: ${percent(share)}`) },
    { title: 'Called from', lines: finding.callSites.map(({ file, line, text }) => `- ${file}:${line}: ${text}`) },
    { title: 'Lessons of earlier runs', lines: lessons.map((lesson) => `- ${oneLine(lesson)}`) },
    { title: 'The profile as a whole', lines: profile },
  ];
  let text = headOf(finding);
  let left = tokens - estimateTokens(text);
  for (const { title, lines } of parts) {
    const heading = `\n\n## ${title}\n`;
    const kept: string[] = [];
    left -= estimateTokens(heading);
    for (const line of lines) {
      const cost = estimateTokens(`${line}\n`);
      if (cost > left) break;
      kept.push(line);
      left -= cost;
    }
    const dropped = lines.length - kept.length;
    if (kept.length > 0) text += `${heading}${kept.join('\n')}${dropped === 0 ? '' : `\n(${dropped} more lines left out)`}`;
  }
  return text;
}

function headOf({ title, category, file, function: name, line, selfShare, totalShare, headroomMs, notes }: Finding): string {
  const facts = [
    `${title ?? category} (${category})`,
    `Where: \`${name}\` in ${file}, line ${line}`,
    `Share of the profile's time: ${percent(selfShare)} in the function itself, ${percent(totalShare)} with all that it calls`,
    ...(headroomMs === undefined ? [] : [`Could be saved at most: ${headroomMs.toFixed(1)} ms of the profile`]),
    ...(notes ?? []),
  ];
  return facts.map((fact) => `- ${fact}`).join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** The hottest functions of a profile, a line each. */
export function profileLines(findings: readonly Finding[]): string[] {
  return findings.slice(0, 15).map(({ function: name, file, line, selfShare, totalShare }) => `- ${name} (${file}:${line}): ${(selfShare * 100).toFixed(1)}% self, ${(totalShare * 100).toFixed(1)}% with callees`);
}
