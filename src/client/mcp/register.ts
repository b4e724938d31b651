import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { CliContext } from '../context.js';
import { refusalOf, resultOf } from './result.js';
import { toldOnce } from './told-once.js';

/** What a call can use besides its input. */
export interface Call {
  context: CliContext;
  /** Aborted when the client cancels the call. */
  signal: AbortSignal;
  /** Tells a client that asked for it how far a long call is. */
  progress: (text: string) => Promise<void>;
}

export interface McpTool<Input extends z.ZodObject> {
  name: string;
  description: string;
  input: Input;
  /** Of the answer, where it has one shape. */
  output?: z.ZodObject;
  /** Whether it changes a run or starts work. */
  writes: boolean;
  answer: (input: z.output<Input>, call: Call) => object | Promise<object>;
}

export function register<Input extends z.ZodObject>(server: McpServer, context: CliContext, { name, description, input, output, writes, answer }: McpTool<Input>): void {
  const called = async (given: z.output<Input>, { mcpReq }: ServerContext): Promise<CallToolResult> => {
    const token = mcpReq._meta?.progressToken;
    let step = 0;
    const progress = async (message: string): Promise<void> => {
      if (token !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress: ++step, message } });
    };
    try {
      return resultOf(await answer(given, { context, signal: mcpReq.signal, progress }));
    } catch (error) {
      mcpReq.signal.throwIfAborted();
      return refusalOf(error);
    }
  };
  // Nothing that a tool does leaves the machine, or removes what was there.
  const annotations = { readOnlyHint: !writes, destructiveHint: false, openWorldHint: false };
  server.registerTool(name, { description, inputSchema: toldOnce(input), ...(output === undefined ? {} : { outputSchema: toldOnce(output) }), annotations }, called as never);
}
