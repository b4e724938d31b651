import { languageOf } from '../core/language.js';
import type { FunctionContext } from '../core/targets/function-context.js';
import type { TargetFunction } from '../core/targets/target-function.js';
import { oneLine } from '../core/one-line.js';
import { fenced } from './templates.js';

/** An agent reads the files itself. In UTF-16 code units. */
const mostContext = 200_000;

export function targetsText(targets: readonly TargetFunction[]): string {
  if (targets.length === 0) return 'No function was chosen. Look at what the benchmark runs.';
  return targets.map(({ function: name, file, line, share, samples }, index) => `${index + 1}. \`${oneLine(name)}\` (${file}:${line}): ${(share * 100).toFixed(1)}% of the time in it${samples === undefined ? '' : `, ${samples} samples`}`).join('\n');
}

/** Source and callers of each function, the first ones whole as far as there is room. */
export function contextText(context: readonly FunctionContext[]): string {
  const parts = context.map(partOf);
  let room = mostContext;
  const fitting = parts.filter((part) => (room -= part.length) >= 0);
  const left = parts.length - fitting.length;
  return [...fitting, ...(left === 0 ? [] : [`Too long to be shown: ${left} more.`])].join('\n\n');
}

function partOf({ target: { file, line, function: name }, source, callSites, more }: FunctionContext): string {
  const language = languageOf(file);
  return [
    `### ${oneLine(name)} (${file}:${line})`,
    source === null ? 'Its source could not be read.' : `Lines ${source.from} to ${source.to}:\n\n${fenced(source.text, language === 'other' ? '' : language)}`,
    callSites.length === 0 ? '' : `Called from:\n${callSites.map((site) => `- ${site.file}:${site.line}, in ${oneLine(site.caller)}${site.confidence === 'exact' ? '' : ' (by name only)'}: \`${site.text}\``).join('\n')}${more === 0 ? '' : `\n- and ${more} more places`}`,
  ].filter((part) => part !== '').join('\n\n');
}
