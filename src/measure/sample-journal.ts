import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, stat, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../core/errors.js';
import type { Pair, Stage } from '../core/sample.js';

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
const sample = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), ...seen, metrics: z.record(z.string(), z.number()), iterations: z.record(z.string(), z.object({ count: z.int(), within: z.number() })).optional() }),
  z.object({ ok: z.literal(false), ...seen, failure }),
]);
const order = z.enum(['ab', 'ba']);
const printed = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['nothing', 'same']) }),
  z.object({ kind: z.literal('differs'), text: z.string(), forms: z.array(z.string()).nullable() }),
  z.object({ kind: z.literal('unrepeatable'), text: z.string() }),
]);
/** A pair as journals and artifacts hold it. */
export const pairSchema: z.ZodType<Pair> = z.object({
  stage: z.enum(['noise', 'knobs', 'screen', 'confirm', 'final']),
  index: z.int().min(0),
  build: z.int().min(0).optional(),
  order,
  turns: z.array(z.object({ benchmark: z.string(), order })).optional(),
  a: sample,
  b: sample,
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
 * Opens a journal of samples: a line of JSON for the header and one for each pair, fsynced. A last line that a crash has
 * torn is dropped. A journal with another header, or one that is damaged elsewhere, is renamed to `<file>.aside-<n>`.
 * `first`: the index of its first pair.
 * Throws PL_SAMPLE_JOURNAL when it cannot be written.
 */
export async function openSampleJournal(path: string, header: JournalHeader, first = 0): Promise<SampleJournal> {
  await mkdir(dirname(path), { recursive: true });
  const found = await readJournal(path, header, first);
  if (found === 'foreign') await setAside(path);
  const pairs = found === 'foreign' || found === 'absent' ? [] : found.pairs;
  if (found !== 'foreign' && found !== 'absent') await truncate(path, found.bytes);
  const file = await open(path, 'a');
  const journal: SampleJournal = { pairs, append: (pair) => appendLine(file, path, pair), close: () => file.close() };
  if (found === 'foreign' || found === 'absent') {
    await appendLine(file, path, header);
    await syncFolder(dirname(path));
  }
  return journal;
}

async function readJournal(path: string, header: JournalHeader, firstIndex: number): Promise<{ pairs: Pair[]; bytes: number } | 'absent' | 'foreign'> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...lines] = whole.split('\n').slice(0, -1);
  // A header that was never finished has no pairs after it.
  if (first === undefined) return text === '' ? 'absent' : 'foreign';
  if (first !== JSON.stringify(header)) return 'foreign';
  const pairs: Pair[] = [];
  for (const line of lines) {
    const pair = parsePair(line);
    if (pair?.index !== firstIndex + pairs.length || pair.stage !== header.stage) return 'foreign';
    pairs.push(pair);
  }
  return { pairs, bytes: Buffer.byteLength(whole) };
}

function parsePair(line: string): Pair | null {
  try {
    return pairSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

async function setAside(path: string): Promise<void> {
  for (let n = 1; ; n++) {
    const aside = `${path}.aside-${String(n)}`;
    if (await stat(aside).catch(() => null)) continue;
    await rename(path, aside);
    return;
  }
}

async function appendLine(file: FileHandle, path: string, value: JournalHeader | Pair): Promise<void> {
  try {
    await file.appendFile(`${JSON.stringify(value)}\n`);
    await file.datasync();
  } catch (cause) {
    throw new PerfloopError('PL_SAMPLE_JOURNAL', `A sample could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: path,
      fix: 'Free some space on the disk of PERFLOOP_HOME; the run goes on with the pair it was at.',
      cause,
    });
  }
}

/** So that the new file's name survives a power loss too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
