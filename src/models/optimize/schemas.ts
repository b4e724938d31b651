import { z } from 'zod';

const sentence = z.string().min(1).max(2000);

/** What a model thinks of a finding. */
export const verdictSchema = z.object({
  real: z.boolean().describe('Whether a change could save a good part of the time.'),
  reasons: z.array(sentence).min(1).max(10),
  evidence: z.array(z.string().max(20)).max(50).default([]).describe('Ids of results, such as e3.'),
  confidence: z.enum(['low', 'medium', 'high']),
});
export type ModelVerdict = z.infer<typeof verdictSchema>;

/** A place of a file by the text that stands there. */
export const textEditSchema = z.object({
  file: z.string().min(1).max(1000).describe('Its path, relative to the repository.'),
  old: z.string().min(1).max(200_000).describe('Text that occurs exactly once in the file.'),
  new: z.string().max(200_000).describe('What takes its place.'),
});
export type TextReplacement = z.infer<typeof textEditSchema>;

export const proposalSchema = z.object({
  title: z.string().trim().min(1).max(120),
  rationale: z.string().min(1).max(4000),
  risks: z.string().max(2000).default(''),
  edits: z.array(textEditSchema).min(1).max(50),
});
export type Proposal = z.infer<typeof proposalSchema>;

export const proposalsSchema = (most: number) => z.object({ candidates: z.array(proposalSchema).max(most) });
