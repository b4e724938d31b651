import { mkdir, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../core/errors.js';
import { sha256 } from '../propose/hash.js';
import { appendSynced } from '../store/atomic-file.js';
import type { ModelAnswer, ModelRequest } from './providers/provider.js';

const count = z.int().min(0);
const answerSchema = z.object({
  text: z.string(),
  calls: z.array(z.object({ id: z.string(), name: z.string(), input: z.string() })),
  stop: z.enum(['end', 'tools', 'length', 'refusal']),
  usage: z.object({ input: count, cached: count, written: count, output: count }),
  estimated: z.literal(true).optional(),
  raw: z.array(z.unknown()).optional(),
}) satisfies z.ZodType<ModelAnswer>;

/** An answer that was paid for. `key` names the request; `ordinal` counts the same request within a conversation, from 0. */
const entrySchema = z.object({ v: z.literal(1), conversation: z.string(), key: z.string(), ordinal: count, model: z.string(), answer: answerSchema });
export type TrafficEntry = z.infer<typeof entrySchema>;

/**
 * What a conversation began with. It is kept because it is made of what changes between attempts and runs: numbers of the
 * profile, earlier trials, lessons. Another attempt, or a replay, asks the very same.
 */
const givenSchema = z.object({ context: z.string(), refused: z.array(z.string()) });
export type Given = z.infer<typeof givenSchema>;
const givenEntry = z.object({ v: z.literal(1), conversation: z.string(), given: givenSchema });
/** When it began, in milliseconds since 1970: its time goes on while nobody works on it. */
const begunEntry = z.object({ v: z.literal(1), conversation: z.string(), began: count });
/** What was told once of something that comes out otherwise each time, such as the output of a build. */
const toldEntry = z.object({ v: z.literal(1), conversation: z.string(), name: z.string(), told: z.string() });
type Line = TrafficEntry | z.infer<typeof givenEntry> | z.infer<typeof begunEntry> | z.infer<typeof toldEntry>;
const isAnswer = (line: Line): line is TrafficEntry => 'answer' in line;

function givenIn(lines: readonly Line[], conversation: string): Given | undefined {
  return lines.flatMap((line) => ('given' in line && line.conversation === conversation ? [line.given] : []))[0];
}

function toldIn(lines: readonly Line[], conversation: string, name: string): string | undefined {
  return lines.flatMap((line) => ('told' in line && line.conversation === conversation && line.name === name ? [line.told] : []))[0];
}

/** Names a request by everything that its answer depends on; not by where the server is. */
export function requestKey(model: { provider: string; model: string; temperature?: number | undefined }, request: ModelRequest): string {
  return sha256(JSON.stringify([model.provider, model.model, model.temperature ?? null, request.system, request.turns, request.tools, request.maxTokens])).slice(0, 32);
}

/** The answers of one conversation, a line of JSON each, on the disk before anybody acts on them. */
export class TrafficJournal {
  private constructor(
    private readonly path: string,
    private readonly lines: Line[],
  ) {}

  /** Finds what an earlier attempt was answered; a line that a crash has torn is dropped. */
  static async open(path: string): Promise<TrafficJournal> {
    await mkdir(dirname(path), { recursive: true });
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    if (whole.length < bytes.length) await truncate(path, whole.length);
    return new TrafficJournal(path, parseTraffic(whole.toString('utf8'), path));
  }

  find(key: string, ordinal: number): ModelAnswer | undefined {
    return this.lines.filter(isAnswer).find((entry) => entry.key === key && entry.ordinal === ordinal)?.answer;
  }

  given(conversation: string): Given | undefined {
    return givenIn(this.lines, conversation);
  }

  told(conversation: string, name: string): string | undefined {
    return toldIn(this.lines, conversation, name);
  }

  /** Keeps `now` as the beginning of a conversation that has none yet. */
  async begin(conversation: string, now: number): Promise<number> {
    const began = this.lines.flatMap((line) => ('began' in line && line.conversation === conversation ? [line.began] : []))[0];
    if (began === undefined) await this.append({ v: 1, conversation, began: now });
    return began ?? now;
  }

  async append(line: Line): Promise<void> {
    await appendSynced(this.path, `${JSON.stringify(line)}\n`);
    this.lines.push(line);
  }

  /** All of it, as the file holds it. */
  text(): string {
    return this.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

/** Recorded traffic of any number of conversations, to be answered from in place of a provider. */
export class Replay {
  readonly #lines: Line[];

  /** Throws PL_TRAFFIC for a text that holds anything else. */
  constructor(text: string, where: string) {
    this.#lines = parseTraffic(text, where);
    if (!this.#lines.some(isAnswer)) throw new PerfloopError('PL_TRAFFIC', 'There is no answer of a model in it.', { where, fix: 'Name a file that --record wrote in a run that asked a model.' });
  }

  given(conversation: string): Given | undefined {
    return givenIn(this.#lines, conversation);
  }

  told(conversation: string, name: string): string | undefined {
    return toldIn(this.#lines, conversation, name);
  }

  /** First of the same conversation, else of another one that asked the same. Throws PL_REPLAY_UNKNOWN. */
  answer(conversation: string, key: string, ordinal: number): ModelAnswer {
    const same = this.#lines.filter(isAnswer).filter((entry) => entry.key === key);
    const found = same.find((entry) => entry.conversation === conversation && entry.ordinal === ordinal) ?? same.find((entry) => entry.ordinal === ordinal);
    if (found !== undefined) return found.answer;
    throw new PerfloopError('PL_REPLAY_UNKNOWN', `The recording has no answer to this request (${key.slice(0, 12)}, asked ${ordinal + 1} times in ${conversation}).`, {
      where: '--replay',
      fix: 'A request holds the prompt, the answers before it and what tools said: replay with the same commit, models and prompts, and bring the profile (--profile FILE) where tools were asked about it; or record again.',
    });
  }
}

function parseTraffic(text: string, where: string): Line[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [z.union([entrySchema, givenEntry, begunEntry, toldEntry]).parse(JSON.parse(line))];
    } catch (error) {
      throw new PerfloopError('PL_TRAFFIC', 'This is no recorded traffic of a model.', { where: `${where}:${index + 1}`, fix: 'Name a file that --record wrote.', cause: error instanceof z.ZodError ? undefined : error });
    }
  });
}
