import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Together, imported profiles take at most this much. */
const mostBytes = 10 * 2 ** 30;
/** One that nobody asked for so long is not kept. */
const mostAgeMs = 30 * 24 * 3600 * 1000;
/** What an import left that was killed. */
const leftAgeMs = 24 * 3600 * 1000;

/** Of what perfloop itself puts into the folder: databases by their content, notes of what files hold, imports under way. */
const ours = /^[0-9a-f]{32}-\d+\.sqlite$|^[0-9a-f]{24}\.json$|^import-\w{6}$/;

/**
 * Removes imported profiles that were not used for long, then those unused for longest until the rest is small enough. `keep`: the
 * name of the one in use. A file that another process has open stays there for it.
 */
export function pruneCache(folder: string, keep: string, { now = Date.now(), most = mostBytes }: { now?: number; most?: number } = {}): void {
  const entries = readdirSync(folder).filter((name) => ours.test(name) && name !== keep).flatMap((name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ name, size: stats.size, usedMs: stats.mtimeMs }];
  });
  const remove = (name: string): void => rmSync(join(folder, name), { recursive: true, force: true });
  const databases = entries.filter(({ name }) => name.endsWith('.sqlite')).sort((a, b) => b.usedMs - a.usedMs);
  let total = statSync(join(folder, keep), { throwIfNoEntry: false })?.size ?? 0;
  for (const { name, size, usedMs } of databases) {
    total += size;
    if (total > most || now - usedMs > mostAgeMs) remove(name);
  }
  for (const { name, usedMs } of entries) {
    if (name.endsWith('.json') && now - usedMs > mostAgeMs) remove(name);
    if (name.startsWith('import-') && now - usedMs > leftAgeMs) remove(name);
  }
}
