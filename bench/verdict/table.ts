import { upperBound95 } from './binomial.js';
import type { CellResult } from './cell.js';
import { otherRules } from './rules/all.js';

const percent = (fraction: number, digits: number): string => `${(100 * fraction).toFixed(digits)}%`;

/** For people: a block for each noise, a line for each true gain. */
export function table(results: readonly CellResult[]): string {
  const header = ['spread', 'gain', 'accepted', 'at most', 'samples', 'p95', 'builds', 'bias', 'cover', ...otherRules.map(({ name }) => name)];
  const blocks = [...groups(results)].map(([noise, own]) => `${noise}\n${aligned([header, ...own.map(row)])}`);
  return blocks.join('\n\n');
}

function row({ cell, accepted, samples, builds, bias, confirmed, covered, others }: CellResult): string[] {
  const share = accepted / cell.runs;
  return [
    percent(cell.spread, 0),
    `${percent(cell.gain, 0)}${cell.guard ? ' + guard' : ''}`,
    percent(share, share < 0.1 ? 3 : 1),
    percent(upperBound95(accepted, cell.runs), share < 0.1 ? 3 : 1),
    samples.mean.toFixed(1),
    samples.p95.toFixed(0),
    builds.toFixed(1),
    bias === null ? '' : percent(bias, 2),
    confirmed === 0 ? '' : percent(covered / confirmed, 1),
    ...others.map((other) => percent(other.accepted / cell.runs, 1)),
  ];
}

function aligned(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) => `  ${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}`).join('\n');
}

function groups(results: readonly CellResult[]): Map<string, CellResult[]> {
  const byNoise = new Map<string, CellResult[]>();
  for (const result of results) byNoise.set(result.cell.noise, [...(byNoise.get(result.cell.noise) ?? []), result]);
  return byNoise;
}
