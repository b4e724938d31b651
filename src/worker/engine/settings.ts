import { plainSettings, resolveConnection, type ConnectionRequest, type ConnectionSettings } from '../connection.js';
import { ensureEngine, type Engine, type EnsureOptions } from './engine.js';

/** Where to connect to, and the engine where it is the local one. */
export interface ServerInUse {
  settings: ConnectionSettings;
  engine: Engine | null;
}

/** The configured server; where none is, the local engine, started if need be. */
export async function serverInUse(request: ConnectionRequest, engineOptions: EnsureOptions): Promise<ServerInUse> {
  const resolved = resolveConnection(request);
  if (!resolved.local) return { settings: resolved, engine: null };
  const engine = await ensureEngine(engineOptions);
  return { settings: plainSettings(engine, resolved.queuePrefix, resolved.codec), engine };
}
