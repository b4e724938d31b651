import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { detachOnSignals } from '../follow.js';
import type { CliContext } from '../context.js';
import { makeServer } from './make-server.js';

export interface ServeOptions {
  version: string;
  /** Whether a client may start runs, decide for a person, and name commands. */
  allowWrite: boolean;
}

/** Serves the Model Context Protocol on stdin and stdout until the client leaves or a signal comes. */
export async function serve(context: CliContext, { version, allowWrite }: ServeOptions): Promise<void> {
  const { signal, release } = detachOnSignals();
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const make = (): Promise<McpServer> => makeServer(context, version, { explores: true, judges: true, runs: allowWrite, decides: allowWrite });
  const handle = serveStdio(make, { transport, onerror: (error) => void context.stderr.write(`${error.message}\n`) });
  await closed;
  release();
  await handle.close();
}
