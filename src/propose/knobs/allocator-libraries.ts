import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux distributions put shared libraries. */
const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/local/lib', '/usr/local/lib64'];

const library = /^lib(?:jemalloc|mimalloc|tcmalloc(?:_minimal)?)\.so(?:\.\d+)*$/;

/** Absolute paths of the allocators on this machine that LD_PRELOAD can load, one of each. */
export function allocatorLibraries(places: readonly string[] = folders): string[] {
  const found = new Map<string, string>();
  for (const folder of places) {
    for (const name of namesIn(folder).filter((one) => library.test(one)).sort()) {
      const kind = name.slice(0, name.indexOf('.so'));
      if (!found.has(kind)) found.set(kind, join(folder, name));
    }
  }
  return [...found.values()].sort();
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
