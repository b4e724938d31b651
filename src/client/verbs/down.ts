import type { Home } from '../../store/home.js';
import { connectClient, plainSettings } from '../../worker/connection.js';
import { openWork } from '../../worker/engine/idle.js';
import { engineStatus } from '../../worker/engine/engine.js';
import { stopEngine } from '../../worker/engine/stop.js';

export interface DownOptions {
  home: Home;
}

export interface DownResult {
  wasRunning: boolean;
  /** Workflows that go on after the next start; null when the server did not say. */
  open: number | null;
}

/** Drains the local engine's worker and stops the engine. Nothing is lost: open runs go on after the next start. */
export async function down({ home }: DownOptions): Promise<DownResult> {
  const status = await engineStatus(home);
  const open = status.running ? await countOpen(status) : null;
  return { wasRunning: await stopEngine(home), open };
}

async function countOpen(server: { address: string; namespace: string }): Promise<number | null> {
  try {
    const client = await connectClient(plainSettings(server, ''), { patienceMs: 1000 });
    try {
      return (await client.workflow.count(openWork)).count;
    } finally {
      await client.connection.close();
    }
  } catch {
    // A server that is down already is no reason not to stop the rest.
    return null;
  }
}
