import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Pair, Stage } from '../core/sample.js';
import { openJournal } from './journal.js';

/** What all samples of a journal have in common. One that differs in any of it is never mixed in. */
export interface JournalHeader {
  v: 1;
  stage: Stage;
  a: string;
  b: string;
  /** Hash of the benchmark command. */
  command: string;
  /** Hash of how the metrics are read. */
  rules: string;
}

export interface SampleJournal {
  /** What an earlier attempt had sampled. */
  pairs: Pair[];
  /** Returns when the pair is on the disk. */
  append(pair: Pair): Promise<void>;
  close(): Promise<void>;
}

const benchmark = z.string().optional();
const failure = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exit'), code: z.int().nullable(), signal: z.string().nullable(), tail: z.string(), outOfMemory: z.literal(true).optional(), benchmark }),
  z.object({ kind: z.literal('timeout'), afterMs: z.number(), benchmark }),
  z.object({ kind: z.literal('metric'), metric: z.string(), problem: z.enum(['none', 'several', 'not-a-number']), tail: z.string(), benchmark }),
]);
const left = z.object({ ms: z.number().optional(), ended: z.int().optional(), processes: z.array(z.string()).optional(), changed: z.array(z.string()).optional(), more: z.int().optional(), written: z.array(z.string()).optional() });
const outside = { wallMs: z.number(), left: left.optional(), cpuMs: z.number().optional(), peakBytes: z.number().optional(), throttledMs: z.number().optional(), overheated: z.number().optional(), outputDigest: z.string().optional() };
const seen = { ...outside, parts: z.record(z.string(), z.object(outside)).optional() };
/** A sample as journals hold it. */
export const sampleSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), ...seen, metrics: z.record(z.string(), z.number()), iterations: z.record(z.string(), z.object({ count: z.int(), within: z.number() })).optional() }),
  z.object({ ok: z.literal(false), ...seen, failure }),
]);
const order = z.enum(['ab', 'ba']);
const printed = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['nothing', 'same']) }),
  z.object({ kind: z.literal('differs'), text: z.string(), forms: z.array(z.string()).nullable() }),
  z.object({ kind: z.literal('unrepeatable'), text: z.string() }),
]);
const gpuState = z.object({ smMhz: z.number().nullable(), throttled: z.array(z.string()).nullable(), computing: z.array(z.string()).nullable() });
/** A pair as journals and artifacts hold it. */
export const pairSchema: z.ZodType<Pair> = z.object({
  stage: z.enum(['noise', 'knobs', 'screen', 'confirm', 'final']),
  index: z.int().min(0),
  build: z.int().min(0).optional(),
  order,
  turns: z.array(z.object({ benchmark: z.string(), order })).optional(),
  a: sampleSchema,
  b: sampleSchema,
  device: z.string().optional(),
  gpu: z.object({ before: gpuState, after: gpuState.nullable() }).optional(),
  load: z.number(),
  otherLoad: z.number().optional(),
  aside: z.literal(true).optional(),
  shared: z.literal(true).optional(),
  at: z.number(),
  seed: z.string().optional(),
  printed: printed.optional(),
});

/** Hash of a JSON value, for headers. */
export function identityOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/**
 * Opens a journal of pairs. `first`: the index of its first one. Throws PL_SAMPLE_JOURNAL when it cannot be written.
 */
export async function openSampleJournal(path: string, header: JournalHeader, first = 0): Promise<SampleJournal> {
  const journal = await openJournal(path, header, (line, place) => {
    const pair = parsePair(line);
    return pair?.index === first + place && pair.stage === header.stage ? pair : null;
  });
  return { pairs: journal.entries, append: (pair) => journal.append(pair), close: () => journal.close() };
}

function parsePair(line: string): Pair | null {
  try {
    return pairSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
