import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { detachOnSignals } from '../follow.js';
import type { CliContext } from '../context.js';
import { registerFindings } from './findings.js';
import { registerJudge } from './judge.js';
import { registerQuestions } from './questions.js';
import { registerRuns } from './runs.js';
import { registerSandboxes } from './sandboxes.js';
import { registerSteering } from './steering.js';

export interface ServeOptions {
  version: string;
  /** Whether a client may start runs, decide for a person, and name commands. */
  allowWrite: boolean;
}

const instructions = `perfloop finds what makes a program slow, and proves what makes it faster.
\`analyze\` tells what costs time in a profile. Ask further: \`health\` first, then what it captured (kernels, gaps, memcpy, hot_functions, …). Ask a repository: scanner_….
\`judge\` measures a change: believe no speed-up that it has not accepted. \`run\` and \`trial\` tell how a verdict came about.`;

/** Serves the Model Context Protocol on stdin and stdout until the client leaves or a signal comes. */
export async function serve(context: CliContext, { version, allowWrite }: ServeOptions): Promise<void> {
  const { signal, release } = detachOnSignals();
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const make = async (): Promise<McpServer> => {
    const server = new McpServer({ name: 'perfloop', version }, { instructions });
    await registerQuestions(server, context);
    registerFindings(server, context);
    registerRuns(server, context);
    registerJudge(server, context, allowWrite);
    if (allowWrite) {
      registerSteering(server, context);
      registerSandboxes(server, context);
    }
    return server;
  };
  const handle = serveStdio(make, { transport, onerror: (error) => void context.stderr.write(`${error.message}\n`) });
  await closed;
  release();
  await handle.close();
}
