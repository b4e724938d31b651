import type { StoreReader } from '../store/reader.js';
import { PerfloopError } from '../core/errors.js';
import { isRunId, isRunPrefix } from './run-id.js';

/** Where run ids can be looked up: the store of this home, and the server where one is connected. */
export interface RunIndex {
  /** Where the store is, or would be. */
  home: string;
  store: Pick<StoreReader, 'findRuns' | 'listRuns'> | null;
  /** Ids on the server that begin with a prefix. */
  onServer?: (prefix: string) => Promise<string[]>;
}

/**
 * The whole id of the run that `text` is or begins. A run that was started a moment ago, or from another home, is not in
 * the store yet: then the server is asked, and a whole id is taken as it is.
 * Throws PL_AMBIGUOUS_RUN with the matches and PL_NO_SUCH_RUN with the latest runs.
 */
export async function resolveRun(text: string, index: RunIndex): Promise<string> {
  const prefix = /^[a-z2-7]{1,8}$/.test(text) && !isRunPrefix(text) ? `r-${text}` : text;
  if (!isRunPrefix(prefix)) throw noSuchRun(text, index);
  const matches = new Set(index.store?.findRuns(prefix));
  if (matches.has(prefix)) return prefix;
  if (matches.size === 0 && isRunId(prefix)) {
    if (index.onServer === undefined || (await index.onServer(prefix)).includes(prefix)) return prefix;
    throw noSuchRun(text, index);
  }
  if (index.onServer) for (const run of await index.onServer(prefix)) matches.add(run);
  const [only, ...others] = [...matches];
  if (only === undefined) throw noSuchRun(text, index);
  if (others.length === 0) return only;
  throw new PerfloopError('PL_AMBIGUOUS_RUN', `${text} is the beginning of several runs`, { where: index.home, problems: [only, ...others], fix: 'Give more of the id.' });
}

export function noSuchRun(text: string, { store, home }: RunIndex): PerfloopError {
  const recent = store?.listRuns({ limit: 5 }) ?? [];
  return new PerfloopError('PL_NO_SUCH_RUN', `there is no run ${text}`, {
    where: home,
    problems: recent.map((run) => `${run.run}  ${run.target.name}  ${run.state}`),
    fix: recent.length > 0 ? 'These are the latest; `perfloop runs` lists more.' : 'Start one with `perfloop run DIR`; nothing was ever run in this home.',
  });
}
