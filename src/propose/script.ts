import type { Finding } from '../core/finding.js';

/**
 * What a scripted proposer (`propose.script`) reads on stdin: one JSON object and a newline. The program edits the
 * worktree it is started in; what it changed becomes the candidate. No change means no proposal.
 */
export function scriptInput(finding: Finding): string {
  return `${JSON.stringify({ v: 1, finding })}\n`;
}
