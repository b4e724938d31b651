import { describe, expect, it } from 'vitest';
import { metricsTable } from '../../src/report/html/metrics-table.js';
import { rule } from './support/sample-run.js';

const row = (name: string, base: number, champion: number) => ({ name, unit: '', base, champion, baseMean: base, championMean: champion, baseWorstDecile: base, championWorstDecile: champion });
const sides = ['base', 'champion'] as const;

describe('the table of metrics', () => {
  it('colours a change of the primary metric only where the interval is clear of none', () => {
    expect(metricsTable([row('wall', 100, 90)], rule.metrics, sides, true).text).toContain('class="n good">−10.0%');
    expect(metricsTable([row('wall', 100, 90)], rule.metrics, sides, false).text).toContain('class="n">−10.0%');
  });

  it('warns of a guard only beyond its limit', () => {
    expect(metricsTable([row('peak memory', 100, 104)], rule.metrics, sides, true).text).not.toMatch(/good|bad/);
    expect(metricsTable([row('peak memory', 100, 106)], rule.metrics, sides, true).text).toContain('class="n bad">+6.0%<span class="sr"> worse');
  });

  it('gives the numbers of a metric the same digits', () => {
    const text = metricsTable([{ ...row('wall', 185, 124.9), baseMean: 1.25 }], null, sides, true).text;
    expect([...text.matchAll(/<td class="n">([\d.]+)<\/td>/g)].map((match) => match[1])).toEqual(['185.0', '124.9', '1.3', '124.9', '185.0', '124.9']);
  });
});
