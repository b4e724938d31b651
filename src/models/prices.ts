import { priceTable } from './price-table.js';
import type { Usage } from './usage.js';

/** US dollars for a million tokens. */
export interface Price {
  input: number;
  cached: number;
  written: number;
  output: number;
  /** What a request with more than `above` tokens of input costs: so many times the rates, of all its tokens. */
  long?: { above: number; input: number; output: number };
}

/** What a user may say of a model's prices; what is left out of the cache's follows from `input`. */
export interface PriceOverride {
  input: number;
  output: number;
  cached_input?: number | undefined;
  cache_write?: number | undefined;
}

/**
 * The price of a model: the user's, or the table's, also under a dated name (`gpt-5-2025-08-07`, `claude-haiku-4-5-20251001`)
 * or one with the maker before it (`openai/gpt-5`). Null when nobody knows it.
 */
export function priceOf(model: string, override?: PriceOverride): Price | null {
  if (override !== undefined) return { input: override.input, output: override.output, cached: override.cached_input ?? override.input, written: override.cache_write ?? override.input };
  const plain = (model.split('/').at(-1) ?? model).replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '');
  const row = priceTable.find((entry) => entry.model === plain);
  if (row === undefined) return null;
  const { input, cached, written, output, long } = row;
  return { input, cached, written, output, ...(long === undefined ? {} : { long }) };
}

/** US dollars of one call. */
export function costOf(usage: Usage, price: Price): number {
  const isLong = price.long !== undefined && usage.input + usage.cached + usage.written > price.long.above;
  const times = isLong && price.long !== undefined ? price.long : { input: 1, output: 1 };
  const read = usage.input * price.input + usage.cached * price.cached + usage.written * price.written;
  return (read * times.input + usage.output * price.output * times.output) / 1_000_000;
}
