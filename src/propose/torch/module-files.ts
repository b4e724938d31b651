/** A file that an import may mean, and the names in it that follow. */
export interface ModuleFile {
  file: string;
  rest: string[];
}

/** Well-known packages: their names are never looked for in the repository. */
const installed = new Set(['torch', 'numpy', 'torchvision', 'torchaudio', 'tqdm', 'math', 'os', 'sys', 'time', 'json', 'random', 'argparse', 'pathlib', 'typing', 'dataclasses', 'collections', 'functools', 'itertools', 'contextlib', 'logging', 'transformers', 'wandb', 'PIL', 'pandas', 'sklearn', 'matplotlib']);

export function isLocalImport(path: string): boolean {
  return path.startsWith('.') || !installed.has(path.split('.')[0] ?? '');
}

/** The files that the dotted path of an import may mean, seen from a file: beside it, or from the root or `src/`; longest first. */
export function candidatesFor(from: string, path: string): ModuleFile[] {
  if (!isLocalImport(path)) return [];
  const dots = /^\.*/.exec(path)?.[0].length ?? 0;
  const names = path.slice(dots).split('.').filter((name) => name !== '');
  const folder = from.split('/').slice(0, -1);
  const bases = dots > 0 ? [folder.slice(0, folder.length - (dots - 1))] : [folder, [], ['src']];
  const found = new Map<string, ModuleFile>();
  for (let length = names.length; length >= 0; length--) {
    for (const base of bases) {
      const stem = [...base, ...names.slice(0, length)].join('/');
      const files = length > 0 ? [`${stem}.py`, `${stem}/__init__.py`] : [[...base, '__init__.py'].join('/')];
      for (const file of files) if (!found.has(file)) found.set(file, { file, rest: names.slice(length) });
    }
  }
  return [...found.values()];
}
