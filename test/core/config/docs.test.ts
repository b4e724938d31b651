import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configDocs, docsFile } from '../../../scripts/config-docs.js';
import { formatDuration, parseDuration } from '../../../src/core/duration-text.js';
import { dottedKeys } from '../../../src/core/config/introspect.js';
import { parseConfig } from '../../../src/core/config/parse.js';
import { planOf } from '../../../src/core/pipeline/plan-of.js';
import { configSchema } from '../../../src/core/config/schema.js';
import { lineOf, parseToml } from '../../../src/core/config/toml.js';

describe('docs/config.md', () => {
  const examples = Array.from(readFileSync(docsFile, 'utf8').matchAll(/```toml\n(.*?)```/gs), ([, text = '']) => text);
  const [example = '', several = '', service = '', graph = ''] = examples;

  it('is what the schema says now (else: npx tsx scripts/config-docs.ts)', () => {
    expect(readFileSync(docsFile, 'utf8')).toBe(configDocs());
  });

  it('has examples that parse', () => {
    expect(parseConfig(example, 'example').metrics.map((metric) => metric.name)).toEqual(['throughput', 'memory', 'step', 'recall']);
    expect(parseConfig(several, 'example').benchmarks.map(({ name }) => name)).toEqual(['parse', 'serve']);
    expect(parseConfig(service, 'example').service?.ready_timeout).toBe(10_000);
    const polish = { text: '[[steps]]\ntype = "noop"\n' };
    expect(planOf(parseConfig(graph, 'example', { config: 'example', texts: new Map([['steps/polish.toml', polish]]), shown: (path) => path })).steps).toBe(20);
  });

  it('has every key of the schema in its examples', () => {
    const roots = examples.map((text) => parseToml(text, 'example'));
    // A command stands as a table once; the keys below the other commands are the same. One check is not of two kinds. Retries and jumps are inline.
    const elsewhere = /^(?:check\.(?:curve|band)$|steps\.(?:retry|next)\.|(?:target\.setup|propose\.script|steps\.command|commands\.(?!check\b)\w+)\.)/;
    const present = (key: string): boolean => {
      const [table = '', ...rest] = key.split('.');
      const named = { models: ['sonnet', 'local'], phases: ['optimize'], agents: ['codex', 'own'], step_types: ['notify'] }[table];
      if (named !== undefined && rest.length > 0) return roots.some((root) => named.some((name) => lineOf(root, [table, name, ...rest.slice(1)]) !== null));
      const above = ['metrics', 'steps', 'benchmarks', 'cases', 'knobs', 'notify'].includes(table) ? Array.from({ length: 30 }, (_, position) => position).flatMap((position) => [[table, position, ...rest], ...(table === 'steps' ? [0, 1].flatMap((member) => [[table, position, 'steps', member, ...rest]]) : [])]) : [[table, ...rest]];
      return roots.some((root) => above.some((path) => lineOf(root, path) !== null && lineOf(root, path) !== lineOf(root, path.slice(0, -1)))) || rest.length === 0;
    };
    expect(dottedKeys(configSchema).filter((key) => !elsewhere.test(key) && !present(key))).toEqual([]);
  });
});

describe('formatDuration', () => {
  it('is read back by parseDuration', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 400 * 86_400_000 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});
