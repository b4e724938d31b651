import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { categories } from '../../../src/profile/rules/categories.js';
import { rules } from '../../../src/profile/rules/rules.js';
import { rulesMarkdown } from '../../../src/report/analysis/rules-table.js';
import { toolNamed } from '../../../src/tools/registry.js';

it('docs/findings.md has the table of the rules as they are', () => {
  const text = readFileSync('docs/findings.md', 'utf8');
  // Write it anew with `perfloop analyze --list --md`.
  expect(text.slice(text.indexOf('### C1'))).toBe(rulesMarkdown());
});

it('each category has rules, each rule its category in its name, tools that exist, and thresholds with their source', async () => {
  expect(new Set(rules.map(({ category }) => category))).toEqual(new Set(Object.keys(categories)));
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule.id.startsWith(`${rule.category}-`), rule.id).toBe(true);
    for (const tool of rule.tools) expect((await toolNamed(tool)).name).toBe(tool);
    expect(rule.thresholds.every(({ source, value }) => source.length > 5 && value > 0), rule.id).toBe(true);
    for (const other of rule.yieldsTo ?? []) expect(rules.some(({ id }) => id === other), other).toBe(true);
    expect(rule.falsePositives + rule.blindTo).not.toBe('');
  }
});
