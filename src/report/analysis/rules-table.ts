import { categories, type Category } from '../../profile/rules/categories.js';
import type { Threshold } from '../../profile/rules/rule.js';
import { rules } from '../../profile/rules/rules.js';
import { bytes } from '../../profile/rules/words.js';

/** Every rule as Markdown, a table a category: what docs/findings.md holds. */
export function rulesMarkdown(): string {
  return (Object.keys(categories) as Category[]).map((category) => {
    const rows = rules.filter((rule) => rule.category === category).map((rule) => `| \`${rule.id}\` | ${cell(rule.looksFor)} | ${rule.tools.map((tool) => `\`${tool}\``).join(', ')} | ${rule.thresholds.map((one) => cell(thresholdText(one))).join('<br>')} |`);
    return `### ${category} ${categories[category]}\n| rule | looks for | reads | thresholds |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  }).join('\n');
}

/** `least share of the busy time: 5%`, with where the number is from. */
export function thresholdText({ what, value, unit, source }: Threshold): string {
  const text = { share: `${Number((100 * value).toFixed(1))}%`, us: `${value} us`, ms: `${value} ms`, bytes: bytes(value), count: value.toLocaleString('en'), ratio: `${value}` }[unit];
  return `${what}: ${text} (${source})`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
