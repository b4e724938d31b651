import type { GitCommand, GitEnd } from './run.js';

/** What the worker and its starter say to each other, with structured clones over the channel of child_process.fork. */
export type ToStarter = { type: 'run'; id: number; command: GitCommand } | { type: 'cancel'; id: number };

export interface FromStarter {
  id: number;
  end: GitEnd;
}
