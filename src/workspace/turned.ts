import { isTurnable, protectionOf, type ProtectedRules } from './protected-globs.js';
import type { Repository } from './repository.js';
import { type ChangedPath, modes, type TreeEntry } from './tree.js';
import { withoutSettings } from './turned-text.js';

type Source = Pick<Repository, 'readFileAt'>;

/** Larger ones are generated. Bytes. */
const largestFile = 1 << 20;

/** Whether a protected file differs between two commits in nothing but settings of knobs. */
export async function isTurnedAlone(repository: Source, request: { base: string; commit: string; change: ChangedPath; rules: ProtectedRules }): Promise<boolean> {
  const { base, commit, change, rules } = request;
  const { path, status, oldMode, newMode } = change;
  if (rules.turnable === undefined || status !== 'modified' || oldMode !== newMode || (newMode !== modes.file && newMode !== modes.executable) || !isTurnable(rules)(path)) return false;
  const [before, after] = await Promise.all([base, commit].map((of) => restOf(repository, of, path, rules)));
  return before !== null && before === after;
}

/** Of the base's protected files those that another commit has with other settings of knobs and otherwise alike, as it has them. */
export async function turnedEntries(request: { repository: Pick<Repository, 'listTree' | 'readFileAt'>; base: string; commit: string; rules: ProtectedRules }): Promise<Map<string, TreeEntry>> {
  const { repository, base, commit, rules } = request;
  const found = new Map<string, TreeEntry>();
  if (rules.turnable === undefined) return found;
  const [protection, before, after] = [protectionOf(rules), new Map((await repository.listTree(base)).map((entry) => [entry.path, entry])), await repository.listTree(commit)];
  for (const entry of after) {
    const old = before.get(entry.path);
    if (old === undefined || old.object === entry.object || protection(entry.path) === undefined) continue;
    const change: ChangedPath = { path: entry.path, status: 'modified', oldMode: old.mode, newMode: entry.mode };
    if (await isTurnedAlone(repository, { base, commit, change, rules })) found.set(entry.path, entry);
  }
  return found;
}

async function restOf(repository: Source, commit: string, path: string, rules: ProtectedRules): Promise<string | null> {
  const bytes = await repository.readFileAt(commit, path);
  if (bytes.byteLength > largestFile) return null;
  const text = bytes.toString('utf8');
  // Bytes that are no UTF-8 would all become one and the same character.
  return bytes.equals(Buffer.from(text, 'utf8')) ? withoutSettings(path, text, rules.turnable?.declared ?? []) : null;
}
