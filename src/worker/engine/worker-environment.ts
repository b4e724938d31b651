import { join } from 'node:path';
import type { Home } from '../../store/home.js';

/** The environment of a worker of the local engine: what the user set for another server must not reach it. */
export function localWorkerEnvironment(home: Home, engine: { address: string; namespace: string }, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
  // A file that does not exist: the default profile file may hold the keys of another server.
  const noProfile = join(home.temporal, 'no-profile.toml');
  return { ...others, PERFLOOP_HOME: home.root, PERFLOOP_ARTIFACTS: home.artifacts, TEMPORAL_ADDRESS: engine.address, TEMPORAL_NAMESPACE: engine.namespace, TEMPORAL_CONFIG_FILE: noProfile };
}
