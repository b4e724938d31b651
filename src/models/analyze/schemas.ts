import { z } from 'zod';
import { categories, type Category } from '../../profile/rules/categories.js';

const sentence = z.string().trim().min(1).max(1000);

/** A statement about the profile with where a tool said it. */
export const citationSchema = z.object({
  result: z.string().max(20).describe('Id of a result, such as e3.'),
  quote: z.string().trim().min(1).max(500).describe('What that result says, copied exactly: a part of it.'),
  says: sentence.describe('What follows from it.'),
  table: z.string().max(100).optional().describe('With `rows`: a table of the profile in which a person can look it up.'),
  rows: z.array(z.int()).max(20).optional().describe('Row ids in that table.'),
});
export type Citation = z.infer<typeof citationSchema>;

export const claimSchema = z.object({
  title: z.string().trim().min(1).max(200).describe('One line: what happens, and how much.'),
  category: z.enum(Object.keys(categories) as [Category, ...Category[]]).describe(Object.entries(categories).map(([key, words]) => `${key}: ${words}`).join('; ')),
  file: z.string().max(1000).nullable().describe('Relative to the repository; null where nothing tells the place.'),
  function: z.string().max(300).nullable(),
  line: z.int().min(1).nullable(),
  share: z.number().min(0).max(1).describe('Of the profile\'s time, what would be saved at most if the cause vanished.'),
  confidence: z.enum(['low', 'medium', 'high']),
  why: sentence.describe('Why it is a cause, and what would mend it.'),
  evidence: z.array(citationSchema).min(1).max(10),
});
export type Claim = z.infer<typeof claimSchema>;

const judgementSchema = z.object({
  finding: z.string().max(40).describe('Id of a finding of the rules.'),
  real: z.boolean().describe('Whether a change of the program could save a good part of this time.'),
  why: sentence,
  evidence: z.array(citationSchema).max(5).default([]),
});
export type Judgement = z.infer<typeof judgementSchema>;

/** What a model says of a profile. */
export const analysisSchema = (most: number) => z.object({
  judged: z.array(judgementSchema).max(100).default([]),
  findings: z.array(claimSchema).max(most).default([]),
});
export type SubmittedAnalysis = z.infer<ReturnType<typeof analysisSchema>>;
