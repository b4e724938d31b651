import { z } from 'zod';
import type { Finding } from '../core/finding.js';

/** Artifacts may come from another version of perfloop, so their shape is checked before they are drawn. */

export const findingsSchema: z.ZodType<Finding[]> = z.array(
  z.object({
    id: z.string(), category: z.string(), file: z.string(), function: z.string(), line: z.number(), language: z.enum(['javascript', 'typescript', 'python', 'cpp', 'rust', 'go', 'other']),
    selfShare: z.number(), totalShare: z.number(), hotLines: z.array(z.object({ line: z.number(), share: z.number() })), snippet: z.string(),
    callSites: z.array(z.object({ file: z.string(), line: z.number(), text: z.string() })),
    evidence: z.array(z.object({ tool: z.string(), text: z.string(), place: z.object({ profile: z.string(), table: z.string(), rangeMs: z.tuple([z.number(), z.number()]).nullable(), ids: z.array(z.number()) }).optional() })),
    // Findings of earlier versions have none of these.
    rule: z.string().optional(), title: z.string().optional(), severity: z.enum(['low', 'medium', 'high']).optional(), confidence: z.enum(['low', 'medium', 'high']).optional(),
    headroomMs: z.number().optional(), notes: z.array(z.string()).optional(),
  }),
);

/** Of a candidate the report shows what the trial does not hold already. */
export const candidateSchema = z.object({ rationale: z.string() });
