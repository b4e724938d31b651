import { basename } from 'node:path';

const mainNames = ['main', 'index', 'bench', 'benchmark', 'run', 'all', 'perf'];

/** The benchmark file that seems to be the whole of it, and a caution where others had to be passed over. */
export function chooseBenchmark(files: readonly string[]): { file: string; caution?: string } | null {
  const byRank = files.toSorted((a, b) => rank(a) - rank(b) || depth(a) - depth(b) || (a < b ? -1 : 1));
  const [file, ...others] = byRank;
  if (file === undefined) return null;
  if (others.length === 0 || rank(file) < mainNames.length) return { file };
  const named = others.slice(0, 4).join(', ');
  return { file, caution: `one of ${files.length} benchmarks; the others: ${named}${others.length > 4 ? ' and more' : ''}` };
}

function rank(file: string): number {
  const name = basename(file).replace(/\.\w+$/, '').toLowerCase();
  const position = mainNames.indexOf(name);
  return position === -1 ? mainNames.length : position;
}

function depth(file: string): number {
  return file.split('/').length;
}
