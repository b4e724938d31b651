import type { FlagCode } from '../core/flag.js';
import { hasInvisible, lookOf } from './look-alike.js';
import { protectionOf, type ProtectedRules } from './protected-globs.js';
import type { Repository } from './repository.js';
import { unsafePath } from './safe-path.js';
import { shadows } from './shadows.js';
import type { TreeEntry } from './tree.js';
import { isTurnedAlone } from './turned.js';
import { modeChange, unusualFile } from './unusual-files.js';

/**
 * Something that a proposer's candidate may not do. `refused`: no person's change either. `protected`: the base's version is
 * laid over it, whatever it says. `turned`: the same for all but knobs, which changed settings in it alone. `mode`: for proposers alone. With a code of a flag: a person has to look.
 */
export interface ProtectedChange {
  path: string;
  kind: 'refused' | 'protected' | 'turned' | 'mode' | FlagCode;
  why: string;
}

/** Everything of the kind in the difference between two commits, one for each path. Empty: the change is an ordinary one. */
export async function protectedChanges(repository: Pick<Repository, 'changedPaths' | 'listTree' | 'readFileAt'>, base: string, commit: string, rules: ProtectedRules): Promise<ProtectedChange[]> {
  const [changes, before, after] = await Promise.all([repository.changedPaths(base, commit), repository.listTree(base), repository.listTree(commit)]);
  const protection = protectionOf(rules);
  const known = before.map((entry) => entry.path);
  const twins = twinsIn(after, new Set(known));
  const added = changes.filter((change) => change.status === 'added').map(({ path }) => path);
  const shadowing = await shadows(repository, base, { before: known, added });
  const found: ProtectedChange[] = [];
  for (const change of changes) {
    const { path } = change;
    const say = (kind: ProtectedChange['kind'], why: string): void => void found.push({ path, kind, why });
    const unsafe = unsafePath(path);
    const protectedBy = protection(path);
    const unusual = unsafe === undefined ? await unusualFile(repository, commit, change) : undefined;
    const mode = modeChange(change);
    const name = change.status === 'added' ? (twins.get(path) ?? oddName(path, protection)) : undefined;
    const shadow = shadowing.get(path);
    if (unsafe !== undefined) say('refused', `the path ${unsafe}`);
    else if (unusual?.code === 'refused') say('refused', unusual.why);
    // The base's file is laid over a link all the same; but what comes after the judgement would follow the link.
    else if (unusual?.code === 'link' && protectedBy !== undefined) say('link', `${unusual.why}, in the place of ${protectedBy}`);
    else if (protectedBy !== undefined) say((await isTurnedAlone(repository, { base, commit, change, rules })) ? 'turned' : 'protected', protectedBy);
    else if (unusual !== undefined) say(unusual.code, unusual.why);
    else if (name !== undefined) say('name', name);
    else if (shadow !== undefined) say('shadow', shadow);
    else if (mode !== undefined) say('mode', mode);
  }
  return found;
}

/** A new name that a person does not see for what it is. */
function oddName(path: string, protection: (path: string) => string | undefined): string | undefined {
  if (hasInvisible(path)) return 'its name holds characters that are not seen';
  if (path.split('/').some((part) => /[. ]$/.test(part))) return 'its name ends in a dot or a space, which some file systems leave out';
  const look = lookOf(path);
  const looks = protection(look);
  return looks === undefined ? undefined : `it looks like ${look}: ${looks}`;
}

/** Added paths that differ from another path, or from a folder of one, only in what is hard to see. */
function twinsIn(after: readonly TreeEntry[], before: ReadonlySet<string>): Map<string, string> {
  const spellings = new Map<string, Set<string>>();
  for (const { path } of after) {
    for (const prefix of prefixes(path)) {
      const spelling = spellings.get(lookOf(prefix));
      if (spelling === undefined) spellings.set(lookOf(prefix), new Set([prefix]));
      else spelling.add(prefix);
    }
  }
  const twins = new Map<string, string>();
  for (const { path } of after) {
    if (before.has(path)) continue;
    for (const prefix of prefixes(path)) {
      const other = [...(spellings.get(lookOf(prefix)) ?? [])].find((spelling) => spelling !== prefix);
      if (other === undefined) continue;
      const onlyCase = other.normalize('NFC').toLowerCase() === prefix.normalize('NFC').toLowerCase();
      twins.set(path, `it differs from ${other} only in ${onlyCase ? 'letter case' : 'characters that look alike'}`);
    }
  }
  return twins;
}

/** `a/b/c` gives `a`, `a/b` and `a/b/c`. */
function prefixes(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
