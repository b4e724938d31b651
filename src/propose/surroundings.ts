import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change, SpanEdit } from '../core/candidate.js';
import { identityOfDiff } from './diff-identity.js';
import { sha256 } from './hash.js';

/** Lines on each side of a change whose text decides whether it is still the same place. */
export const surroundingLines = 20;

export interface SurroundingsRequest {
  /** Absolute path of a checkout of the champion. */
  worktree: string;
  /** What a candidate is measured by, as text. */
  measuredBy: string;
  /** The unified diff of a commit against the champion, with `surroundingLines` of context. */
  diff: (commit: string) => Promise<string>;
}

/**
 * Hash of the code around a change, without white space, and of what it is measured by: a candidate that was refused need
 * not be tried again while this stays the same.
 */
export async function surroundingsOf(change: Change, { worktree, measuredBy, diff }: SurroundingsRequest): Promise<string> {
  if (change.kind === 'commit') return sha256(JSON.stringify([measuredBy, identityOfDiff(await diff(change.commit.commit)).around]));
  const texts = new Map<string, string>();
  for (const { file } of change.edits) if (!texts.has(file)) texts.set(file, await readFile(join(worktree, file), 'utf8').catch(() => ''));
  return sha256(JSON.stringify([measuredBy, ...change.edits.map((edit) => [edit.file, linesAround(texts.get(edit.file) ?? '', edit)])]));
}

function linesAround(text: string, { start, end }: SpanEdit): string {
  const before = text.slice(0, start).split('\n');
  const after = text.slice(end).split('\n');
  const around = [...before.slice(-surroundingLines - 1), text.slice(start, end), ...after.slice(0, surroundingLines + 1)];
  return around.join('').replace(/\s+/gu, '');
}
