import { groupBy } from '../../core/group-by.js';
import type { AnalysisFinding } from '../../profile/rules/located.js';
import type { Analysis } from '../../profile/rules/analyze.js';
import type { Given } from '../traffic.js';
import { estimateTokens } from '../usage.js';

/** What a conversation about a profile begins with, within so many tokens (an upper estimate): the findings that could save most come first. */
export function analysisGiven(analysis: Analysis, tokens: number): Given {
  const { profile, findings, abstained, quiet } = analysis;
  const head = [
    `- Kind: ${profile.kind}`,
    ...(profile.device_ms === null ? [] : [`- The device that worked longest: ${profile.device_ms.toFixed(1)} ms from its first to its last work`]),
    ...(profile.busy_ms === null ? [] : [`- Busy code of the host: ${profile.busy_ms.toFixed(1)} ms`]),
    `- Rules that looked and found nothing: ${quiet.join(', ') || 'none'}`,
    `- Rules that could not judge: ${[...groupBy(abstained, ({ reason }) => reason)].map(([reason, rules]) => `${rules.map(({ rule }) => rule).join(', ')} (${reason})`).join('; ') || 'none'}`,
  ].join('\n');
  let text = `## The profile\n${head}\n\n## What the rules found\n`;
  let left = tokens - estimateTokens(text);
  let shown = 0;
  for (const finding of findings) {
    const words = `${findingText(finding)}\n\n`;
    if (estimateTokens(words) > left) break;
    left -= estimateTokens(words);
    text += words;
    shown += 1;
  }
  if (findings.length === 0) text += 'Nothing.\n';
  if (shown < findings.length) text += `(${findings.length - shown} more were left out)\n`;
  return { context: text.trimEnd(), refused: [] };
}

function findingText({ id, title, category, rule, file, line, function: name, share, headroom_ms: headroomMs, confidence, evidence, notes }: AnalysisFinding): string {
  const place = file === null ? 'place unknown' : `${file}${line === null ? '' : `:${line}`}${name === null ? '' : ` in ${name}`}`;
  return [
    `### ${id}: ${title}`,
    `${category}, ${rule}, ${place}; saves at most ${headroomMs.toFixed(1)} ms (${(100 * share).toFixed(1)}%), confidence ${confidence}`,
    ...evidence.slice(0, 6).map(({ tool, text }) => `- ${tool}: ${text}`),
    ...notes.slice(0, 3).map((text) => `- ${text}`),
  ].join('\n');
}
