import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

/** Calls C libraries. Optional: throws where it does not load. */
export function loadKoffi(): typeof Koffi {
  return createRequire(import.meta.url)('koffi') as typeof Koffi;
}
