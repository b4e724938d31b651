import { keysOfBuild } from '../core/run/build-keys.js';
import type { BuiltSides, HostActivities, Scope } from '../core/run/contracts.js';
import type { HostHandle } from './host-session.js';

/** What is built, and from which build (0-based) to which, the last one not included. */
type Wanted = Omit<Parameters<HostActivities['buildSides']>[0], keyof Scope>;

/** Makes further builds of both sides. Tells the keys of their worktrees before it does, so that they are removed whatever happens. */
export function moreBuilds(on: HostHandle, scope: Scope, wanted: Wanted, summary: string, opened: (...keys: string[]) => void): Promise<BuiltSides> {
  for (let build = wanted.from; build < wanted.to; build++) opened(...Object.values(keysOfBuild(scope, wanted.purpose, build)));
  return on.host('buildSides', summary, { ...scope, ...wanted });
}
