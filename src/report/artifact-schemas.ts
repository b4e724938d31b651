import { z } from 'zod';
import type { Finding } from '../core/finding.js';

/** Artifacts may come from another version of perfloop, so their shape is checked before they are drawn. */

export const findingsSchema: z.ZodType<Finding[]> = z.array(
  z.object({
    id: z.string(), category: z.string(), file: z.string(), function: z.string(), line: z.number(), language: z.enum(['javascript', 'typescript', 'python', 'other']),
    selfShare: z.number(), totalShare: z.number(), hotLines: z.array(z.object({ line: z.number(), share: z.number() })), snippet: z.string(),
    callSites: z.array(z.object({ file: z.string(), line: z.number(), text: z.string() })),
    evidence: z.array(z.object({ tool: z.string(), text: z.string() })),
  }),
);

/** Of a candidate the report shows what the trial does not hold already. */
export const candidateSchema = z.object({ rationale: z.string() });
