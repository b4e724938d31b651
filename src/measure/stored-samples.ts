import { z } from 'zod';
import type { Pair } from '../core/sample.js';
import type { Rule } from '../core/verdict/rule.js';
import { pairSchema } from './sample-journal.js';

/** The samples of a trial with the rule that they were judged by: all that its verdict follows from. */
export interface StoredSamples {
  /** Null where nothing was judged (A/A pairs), and in what versions wrote that kept the pairs alone. */
  rule: Rule | null;
  /** Over all stages, in the order they were taken. */
  pairs: Pair[];
}

/** The content of an artifact of kind `samples`. */
export function encodeSamples({ rule, pairs }: StoredSamples): string {
  return JSON.stringify({ v: 1, rule, pairs });
}

const schedule = z.looseObject({ warmups: z.int().min(0), builds: z.int().min(1), unit: z.enum(['pair', 'build']), looks: z.array(z.looseObject({ pairs: z.int().min(1), alpha: z.number(), futility: z.number() })).min(1) });

/** Checked as far as the verdict reads it; a rule of a later version may hold more. */
const ruleSchema = z.looseObject({
  v: z.int(),
  screen: schedule.nullable().optional(),
  confirm: schedule.optional(),
  metrics: z.array(z.looseObject({
    name: z.string(), benchmark: z.string().optional(), source: z.string(), goal: z.enum(['min', 'max']), primary: z.boolean(), weight: z.number(), maxRegression: z.number(),
    floor: z.number().nullable(), ceiling: z.number().nullable(), unit: z.string(), pattern: z.string().nullable(), match: z.string(),
  })).min(1),
  delta: z.number(),
  protocol: z.looseObject({ kind: z.string() }),
}).refine(({ v, screen, confirm }) => v !== 2 || (screen !== undefined && confirm !== undefined), 'a rule of version 2 holds its schedules').transform((rule) => rule as unknown as Rule);

const pairs = z.array(pairSchema);

export const samplesSchema: z.ZodType<StoredSamples> = z.union([z.object({ v: z.literal(1), rule: ruleSchema.nullable(), pairs }), pairs.transform((earlier) => ({ rule: null, pairs: earlier }))]);
