import type { Price } from './prices.js';

/** When and where the prices of a group of rows were read. */
export interface PriceSource {
  read: string;
  source: string;
}

/**
 * What providers charge, US dollars for a million tokens at the standard rate. Rates change: each row says when it was
 * read, and `prices` of a model in perfloop.toml goes before it. Where readings differ, the dearer one is here, so that a
 * budget is kept.
 */
export const priceTable: readonly (Price & PriceSource & { model: string })[] = [
  ...rows('2026-11-22', 'https://platform.claude.com/docs/en/about-claude/pricing', [
    ['claude-fable-5-1', 10, 0.25, 12.5, 50],
    ['claude-fable-5', 10, 1, 12.5, 50],
    ['claude-opus-5-5', 4, 0.2, 5, 20],
    ['claude-opus-5', 5, 0.5, 6.25, 25],
    ['claude-opus-4-8', 5, 0.5, 6.25, 25],
    ['claude-opus-4-7', 5, 0.5, 6.25, 25],
    ['claude-opus-4-6', 5, 0.5, 6.25, 25],
    ['claude-opus-4-5', 5, 0.5, 6.25, 25],
    ['claude-sonnet-5-5', 2, 0.2, 2.5, 10],
    ['claude-sonnet-5', 2, 0.2, 2.5, 10],
    ['claude-sonnet-4-6', 3, 0.3, 3.75, 15],
    ['claude-sonnet-4-5', 3, 0.3, 3.75, 15],
    ['claude-haiku-4-5', 1, 0.1, 1.25, 5],
  ]),
  ...rows('2026-11-22', 'https://github.com/kurofune/claudit/releases/tag/v1.9.2, of the pricing page on 2026-10-24', [['claude-haiku-5-5', 0.1, 0.01, 0.125, 0.5]], { above: 100_000, input: 5, output: 5 }),
  ...rows('2026-11-22', 'https://github.com/merefield/codexometer/releases/tag/v0.18.4, of the pricing page on 2026-09-22', [
    ['gpt-6-sol', 2, 0.2, 2.5, 10],
    ['gpt-6-luna', 0.1, 0.01, 0.125, 0.5],
  ], { above: 272_000, input: 2, output: 1.5 }),
  ...rows('2026-11-22', 'https://docs.laozhang.ai/en/announcements/gpt-5-6-pricing-2026-07.md, of the pricing page on 2026-08-01', [
    ['gpt-5.6-sol', 5, 0.5, 6.25, 30],
    ['gpt-5.6-terra', 2, 0.2, 2.5, 12],
    ['gpt-5.6-luna', 0.2, 0.02, 0.25, 1.2],
  ], { above: 272_000, input: 2, output: 1.5 }),
  ...rows('2026-11-22', 'https://www.morphllm.com/openai-api-pricing, of the pricing page in 2026-06', [
    ['gpt-5.5', 5, 0.5, 5, 30],
    ['gpt-5.4', 2.5, 0.25, 2.5, 15],
    ['gpt-5.4-mini', 0.75, 0.075, 0.75, 4.5],
    ['gpt-5.4-nano', 0.2, 0.02, 0.2, 1.25],
  ], { above: 272_000, input: 2, output: 1.5 }),
  ...rows('2026-11-22', 'https://deploybase.ai/articles/openai-pricing, of the pricing page in 2026-03', [
    ['gpt-5.1', 1.25, 0.125, 1.25, 10],
    ['gpt-5-codex', 1.25, 0.125, 1.25, 10],
    ['gpt-5', 1.25, 0.125, 1.25, 10],
    ['gpt-5-mini', 0.25, 0.025, 0.25, 2],
    ['gpt-5-nano', 0.05, 0.005, 0.05, 0.4],
    ['gpt-4.1', 2, 0.5, 2, 8],
    ['gpt-4.1-mini', 0.4, 0.1, 0.4, 1.6],
    ['gpt-4.1-nano', 0.1, 0.025, 0.1, 0.4],
    ['o3', 2, 0.5, 2, 8],
    ['o4-mini', 1.1, 0.275, 1.1, 4.4],
  ]),
];

type Row = [model: string, input: number, cached: number, written: number, output: number];

function rows(read: string, source: string, values: Row[], long?: Price['long']): (Price & PriceSource & { model: string })[] {
  return values.map(([model, input, cached, written, output]) => ({ model, input, cached, written, output, ...(long === undefined ? {} : { long }), read, source }));
}
