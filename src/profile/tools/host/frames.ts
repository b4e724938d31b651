import type { ProfileDatabase } from '../open.js';
import { repositoryPath } from '../repository.js';

/** A function as a person knows it. */
export interface NamedFrame {
  function: string;
  /** As the profile names it, or from the root; null for native code. */
  file: string | null;
  line: number | null;
}

const sql = `
SELECT PERFLOOP_FRAMES.id, symbol.value AS function, module.value AS file, line
FROM PERFLOOP_FRAMES
JOIN StringIds AS symbol ON symbol.id = PERFLOOP_FRAMES.symbol
JOIN StringIds AS module ON module.id = PERFLOOP_FRAMES.module`;

/** Every frame of the profile by its id. Files within the root are named from there. */
export function namedFrames(db: ProfileDatabase, root: string | null = null): Map<number, NamedFrame> {
  const rows = db.prepare<[], NamedFrame & { id: number; file: string }>(sql).all();
  return new Map(rows.map(({ id, function: name, file, line }) => [id, { function: name, file: file === '' ? null : ((root === null ? null : repositoryPath(file, root)) ?? file), line }]));
}

/** Whether a function's name or its file contains a text, in any letter case. */
export function matches({ function: name, file }: NamedFrame, text: string): boolean {
  const wanted = text.toLowerCase();
  return name.toLowerCase().includes(wanted) || (file?.toLowerCase().includes(wanted) ?? false);
}
