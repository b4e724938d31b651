import { McpServer } from '@modelcontextprotocol/server';
import type { CliContext } from '../context.js';
import { registerFindings } from './findings.js';
import { registerJudge } from './judge.js';
import { registerQuestions } from './questions.js';
import { registerRuns } from './runs.js';
import { registerSandboxes } from './sandboxes.js';
import { registerDecisions, registerSteering } from './steering.js';

/** What a client may do besides reading what is known of runs. */
export interface Leave {
  /** Ask any profile and repository that this user can read. */
  explores: boolean;
  /** Have changes judged by the config of their base. */
  judges: boolean;
  /** Start work, steer it, and name commands. */
  runs: boolean;
  /** Decide for a person, or as one. */
  decides: boolean;
}

const instructions = `perfloop finds what makes a program slow, and proves what makes it faster.
\`analyze\` tells what costs time in a profile. Ask further: \`health\` first, then what it captured (kernels, gaps, memcpy, hot_functions, …). Ask a repository: scanner_….
\`judge\` measures a change: believe no speed-up that it has not accepted. \`run\` and \`trial\` tell how a verdict came about.`;

/** A server with the tools that a client may use, and no others. */
export async function makeServer(context: CliContext, version: string, { explores, judges, runs, decides }: Leave): Promise<McpServer> {
  const server = new McpServer({ name: 'perfloop', version }, { instructions });
  if (explores) {
    await registerQuestions(server, context);
    registerFindings(server, context);
  }
  registerRuns(server, context);
  if (judges) registerJudge(server, context, runs);
  if (runs) {
    registerSteering(server, context);
    registerSandboxes(server, context);
  }
  if (decides) registerDecisions(server, context);
  return server;
}
