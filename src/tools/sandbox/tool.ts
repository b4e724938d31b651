import type { z } from 'zod';
import type { Found } from '../tool.js';

/**
 * Work on a change in a worktree of perfloop's own. It runs commands of a target and writes into perfloop's home, so it is offered
 * only where somebody allows that. The repository that it is made of is only read.
 */
export interface SandboxTool {
  target: 'sandbox';
  name: SandboxToolName;
  /** The names that users of other tools know. */
  aliases: readonly string[];
  /** What it does, in a line. */
  summary: string;
  input: z.ZodType<object>;
  row: z.ZodType<object>;
  facts: z.ZodType<object>;
}

export type SandboxToolName = 'sandbox_create' | 'sandbox_apply' | 'sandbox_validate' | 'sandbox_measure' | 'sandbox_commit' | 'sandbox_remove';

/** Who does what these tools ask for: given by those that may write. `cwd`: what paths are relative to. */
export type SandboxDesk = (name: SandboxToolName, input: unknown, at: { cwd: string; signal: AbortSignal }) => Promise<Found<object, object>>;
