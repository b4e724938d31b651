import { openStoreReader } from '../../store/reader.js';
import type { RunHeader } from '../../store/writer.js';
import type { CliContext } from '../context.js';

/** The latest runs of this home, newest first, from the store: no server is asked. `target` is a name or an id. */
export function runs(context: CliContext, options: { limit: number; target?: string }): { runs: RunHeader[] } {
  const store = openStoreReader(context.home);
  try {
    return { runs: store?.listRuns(options) ?? [] };
  } finally {
    store?.close();
  }
}
