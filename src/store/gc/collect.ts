import { groupBy } from '../../core/group-by.js';
import { readName, shaOfKey } from '../artifact-ref.js';
import type { Shelf, Shelved } from '../shelf.js';
import { Slots } from '../slots.js';
import { hubNames } from './hubs.js';
import type { Wanted } from './wanted.js';

export interface Tally {
  count: number;
  bytes: number;
}

export interface Collected {
  kept: Tally;
  removed: Tally;
  /** What was removed, by what it held. */
  removedByKind: Record<string, Tally>;
  /** References that were kept under a name. */
  names: { kept: number; removed: number };
  /** Uploads that somebody began and never ended. */
  unfinished: number;
}

interface Named {
  file: Shelved;
  name: string;
  sha: string;
}

const requestsAtOnce = 16;

/**
 * Removes what is neither wanted, nor mentioned by something that is, nor younger than `cutoff` (milliseconds since 1970). A dry
 * run finds the same and removes nothing. What comes to be while this goes on is younger.
 */
export async function collect({ shelf, wanted, cutoff, dryRun }: { shelf: Shelf; wanted: Wanted; cutoff: number; dryRun: boolean }): Promise<Collected> {
  const content = new Map<string, Shelved[]>();
  const nameFiles: Shelved[] = [];
  for await (const file of shelf.list()) {
    const sha = shaOfKey(file.key);
    if (sha !== undefined) content.set(sha, [...(content.get(sha) ?? []), file]);
    else if (file.key.startsWith('names/')) nameFiles.push(file);
  }
  const names = await readNames(shelf, nameFiles);
  const marked = new Set<string>();
  await mark(shelf, content, wanted, marked);
  // A name is looked at when all that runs mention is known: it may be made of their commits.
  const kept = names.filter((named) => named.file.at >= cutoff || isWanted(named.name, wanted));
  for (const { sha } of kept) wanted.mentions.shas.add(sha);
  await mark(shelf, content, wanted, marked);

  const keptNames = new Set(kept.map(({ file }) => file.key));
  const oldNames = names.filter(({ file, sha }) => !keptNames.has(file.key) && !marked.has(sha)).map(({ file }) => file);
  const files = [...content].flatMap(([sha, all]) => all.map((file) => ({ file, wanted: marked.has(sha) || file.at >= cutoff })));
  const old = files.filter((one) => !one.wanted).map(({ file }) => file);
  // A name without its content is as if it were not there, so that the order of the two does not matter.
  const [removed, removedNames] = dryRun ? [old, oldNames] : [await removeAll(shelf, old), await removeAll(shelf, oldNames)];
  let unfinished = 0;
  for await (const upload of shelf.unfinished(cutoff)) {
    unfinished += 1;
    if (!dryRun) await upload.remove();
  }
  const gone = new Set(removed.map(({ key }) => key));
  return {
    kept: tally(files.filter(({ file }) => !gone.has(file.key)).map(({ file }) => file)),
    removed: tally(removed),
    removedByKind: Object.fromEntries([...groupBy(removed, kindOf)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, all]) => [kind, tally(all)])),
    names: { kept: names.length - removedNames.length, removed: removedNames.length },
    unfinished,
  };
}

/** Marks what is mentioned, and what JSON among it mentions, and so on. */
async function mark(shelf: Shelf, content: ReadonlyMap<string, readonly Shelved[]>, { mentions }: Wanted, marked: Set<string>): Promise<void> {
  for (;;) {
    const found = [...mentions.shas].filter((sha) => content.has(sha) && !marked.has(sha));
    if (found.length === 0) return;
    for (const sha of found) marked.add(sha);
    const readable = found.flatMap((sha) => content.get(sha) ?? []).filter(({ key }) => key.endsWith('.json'));
    await each(readable, async ({ key }) => mentions.add((await shelf.read(key))?.toString('utf8') ?? ''));
  }
}

/** One of a run's own, such as its config; or of commits that are still talked about, such as the bundle of a champion. */
function isWanted(name: string, { runs, mentions }: Wanted): boolean {
  if (name.startsWith(hubNames) || name.split('/').some((part) => runs.has(part))) return true;
  const commits = name.match(/\b[0-9a-f]{40}\b/g) ?? [];
  return commits.length > 0 && commits.every((commit) => mentions.commits.has(commit));
}

async function readNames(shelf: Shelf, files: readonly Shelved[]): Promise<Named[]> {
  const names: Named[] = [];
  await each(files, async (file) => {
    const found = readName((await shelf.read(file.key))?.toString('utf8') ?? '');
    if (found !== undefined) names.push({ file, name: found.name, sha: found.ref.sha });
  });
  return names;
}

async function removeAll(shelf: Shelf, files: readonly Shelved[]): Promise<Shelved[]> {
  const removed: Shelved[] = [];
  await each(files, async (file) => {
    if (await shelf.remove(file)) removed.push(file);
  });
  return removed;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const slots = new Slots(requestsAtOnce);
  await Promise.all(items.map((item) => slots.run(() => work(item))));
}

const kindOf = ({ key }: Shelved): string => key.slice(key.lastIndexOf('.') + 1).replace('txt', 'text');

const tally = (files: readonly Shelved[]): Tally => ({ count: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
