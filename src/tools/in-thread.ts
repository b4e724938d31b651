import type { Home } from '../store/home.js';
import { inThread } from '../threads/in-thread.js';
import { answer, type Targets } from './answer.js';
import { toolNamed } from './registry.js';
import type { ToolAnswer } from './tool.js';

/** A question to a tool, as data: a thread gets a copy. */
export interface ToolRequest {
  tool: string;
  targets: Targets;
  input: unknown;
  home: Home;
}

/** Throws what toolNamed and answer throw. */
export async function answerRequest({ tool, targets, input, home }: ToolRequest): Promise<ToolAnswer> {
  return answer(await toolNamed(tool), targets, input, { home });
}

/** Asks a tool in a thread of its own: what the caller serves besides goes on, and the signal ends a long question. */
export async function answerInThread(request: ToolRequest, signal?: AbortSignal): Promise<ToolAnswer> {
  return inThread({ thread: new URL('./thread.js', import.meta.url), request, here: answerRequest, signal });
}
