import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import { parseCase, type ExamCase } from './exam-case.js';

export const halves = ['development', 'held-out'] as const;
export type Half = (typeof halves)[number];

/**
 * The programs of a half, by name: each a folder with `case.toml`, `check.py` and the program in `program/`.
 *
 * @throws PL_BENCH_HALF when the half is not there, PL_BENCH_CASE when a program is not described rightly
 */
export async function loadCases(root: string, half: Half): Promise<ExamCase[]> {
  const folder = join(root, half);
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new PerfloopError('PL_BENCH_HALF', `The programs of the half \`${half}\` are not there.`, { where: folder, fix: 'Take a checkout of perfloop that holds bench/recipes.', cause });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted();
  return Promise.all(names.map((name) => loadCase(join(folder, name), name)));
}

async function loadCase(folder: string, name: string): Promise<ExamCase> {
  const file = join(folder, 'case.toml');
  const { title, findings } = parseCase(await readFile(file, 'utf8'), file);
  return { name, title, findings, program: await readProgram(join(folder, 'program')), check: join(folder, 'check.py') };
}

async function readProgram(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__')).map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return new Map(await Promise.all(paths.map(async (path) => [relative(folder, path).replaceAll(sep, '/'), await readFile(path, 'utf8')] as const)));
}
