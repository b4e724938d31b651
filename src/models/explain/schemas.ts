import { z } from 'zod';
import type { Decision } from '../../core/run/explained.js';

/** Characters of what a status keeps. */
const mostExplanation = 1500;
const mostMessage = 2000;

/** What explains a decision. What was dropped has no commit. */
export const explanationSchema = (decision: Decision) => {
  const message = z.string().trim().min(1).max(mostMessage).describe('A subject of at most 72 characters, an empty line, and a body: what changes, and why that is faster.');
  return z.object({
    explanation: z.string().trim().min(1).max(mostExplanation).describe('The decision, explained in at most eight sentences.'),
    commit_message: decision === 'dropped' ? message.optional() : message,
    decision: z.enum(['accept', 'drop']).optional().describe('What you would do yourself.'),
  });
};

export type Explanation = z.infer<ReturnType<typeof explanationSchema>>;
