import { z } from 'zod';
import { PerfloopError } from '../core/errors.js';
import type { Caller } from './caller.js';
import { jsonSchemaOf } from './json-schema.js';
import { rendered } from './prompts.js';
import type { ModelAnswer, ToolCall, ToolResult, ToolSpec, Turn } from './providers/provider.js';
import { readResultSpec, type Results } from './results.js';
import { estimateTokens, totalTokens } from './usage.js';

export interface DialogTool {
  spec: ToolSpec;
  /** Gives text. What it throws as PerfloopError or ZodError is told to the model. */
  run(input: unknown, signal: AbortSignal): Promise<string>;
}

/** What a step of a conversation is to end in: a call with structured input. */
export interface Final<Value, Accepted> {
  name: string;
  description: string;
  schema: z.ZodType<Value>;
  /** What is wrong with a value that fits the schema, for the model; or what it comes to. */
  accept: (value: Value, lastTry: boolean) => Promise<{ ok: true; value: Accepted } | { ok: false; problem: string }>;
}

export interface Bounds {
  /** Answers of the model. */
  turns: number;
  /** Of all answers together, read and written. */
  tokens: number;
  /** From the beginning, in milliseconds: calls and tools that are under way then are ended. */
  timeout: number;
}

export type Outcome<T> = { kind: 'done'; value: T } | { kind: 'stopped'; why: string };

export interface DialogSettings {
  caller: Caller;
  system: string;
  tools: DialogTool[];
  results: Results;
  bounds: Bounds;
  /** Tokens that the model can hold at once. */
  context: number;
  maxTokens: number;
  signal: AbortSignal;
  /** In milliseconds since 1970; of an earlier attempt where there was one. */
  began: number;
}

/** Milliseconds; a timer of Node ends at once when it is longer. */
const longestTimer = 2 ** 31 - 1;
/** Each is a thread of its own. */
const mostAtOnce = 8;

/** A conversation with one model: bounded, with tools, in steps that each end in a checked value. */
export class Dialog {
  #turns: Turn[] = [];
  /** Everything that was said, also what was summarised away. */
  readonly transcript: Turn[] = [];
  #used = 0;
  #answers = 0;
  #held = 0;
  #heldAt = 0;

  constructor(private readonly settings: DialogSettings) {}

  /** Says something and goes on until the model calls `final` with a value that is accepted; one repair is asked for. */
  async until<Value, Accepted>(prompt: string, final: Final<Value, Accepted>): Promise<Outcome<Accepted>> {
    const { signal, began, bounds: { timeout } } = this.settings;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), Math.min(Math.max(0, began + timeout - Date.now()), longestTimer));
    try {
      return await this.#steps(prompt, final, AbortSignal.any([signal, over.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (!over.signal.aborted) throw error;
      return { kind: 'stopped', why: this.#timeIsOver() };
    } finally {
      clearTimeout(timer);
    }
  }

  async #steps<Value, Accepted>(prompt: string, final: Final<Value, Accepted>, signal: AbortSignal): Promise<Outcome<Accepted>> {
    const { tools } = this.settings;
    this.#say({ role: 'user', text: prompt });
    const specs = [...tools.map(({ spec }) => spec), readResultSpec, { name: final.name, description: final.description, input: jsonSchemaOf(final.schema) }];
    for (let tries = 2; ; ) {
      const bound = this.#bound();
      if (bound !== null) return { kind: 'stopped', why: bound };
      await this.#makeRoom(specs, signal);
      const answer = await this.#ask(specs, signal);
      if (answer.stop === 'refusal') return { kind: 'stopped', why: `the model declined: ${answer.text.slice(0, 300) || 'without a reason'}` };
      const asked = answer.calls.find(({ name }) => name === final.name) ?? inText(answer, final.name);
      if (answer.stop !== 'length' && asked === undefined && answer.calls.length > 0) {
        this.#say({ role: 'tools', results: await this.#run(answer.calls, signal) });
        continue;
      }
      tries -= 1;
      const checked = answer.stop === 'length' ? { ok: false as const, problem: `Your answer was cut at ${this.settings.maxTokens} tokens. Answer again, shorter: call ${final.name}.` } : await check(asked, final, tries === 0);
      if (answer.calls.length > 0) {
        const others = answer.stop === 'length' ? [] : await this.#run(answer.calls.filter((call) => call !== asked), signal);
        this.#say({ role: 'tools', results: answer.calls.map(({ id }) => others.find((result) => result.id === id) ?? { id, text: checked.ok ? 'Taken.' : checked.problem, failed: !checked.ok }) });
      } else if (!checked.ok) this.#say({ role: 'user', text: checked.problem });
      if (checked.ok) return { kind: 'done', value: checked.value };
      if (tries === 0) return { kind: 'stopped', why: `no usable ${final.name}, also after a second try: ${checked.problem.slice(0, 500)}` };
    }
  }

  #say(turn: Turn): void {
    this.#turns.push(turn);
    this.transcript.push(turn);
  }

  #bound(): string | null {
    const { bounds } = this.settings;
    if (this.#answers >= bounds.turns) return `the ${bounds.turns} turns of the conversation are used`;
    if (this.#used >= bounds.tokens) return `the ${bounds.tokens} tokens of the conversation are used`;
    return Date.now() - this.settings.began >= bounds.timeout ? this.#timeIsOver() : null;
  }

  #timeIsOver(): string {
    return `the ${Math.round(this.settings.bounds.timeout / 1000)} s of the conversation are over`;
  }

  async #ask(tools: ToolSpec[], signal: AbortSignal): Promise<ModelAnswer> {
    const { caller, system, maxTokens, bounds } = this.settings;
    const isLast = this.#answers === bounds.turns - 1;
    const turns = isLast ? withNote(this.#turns, `This is your last turn: call ${tools.at(-1)?.name ?? ''} now.`) : this.#turns;
    const answer = await caller.ask({ system, turns, tools, maxTokens }, signal);
    this.#answers += 1;
    this.#used += totalTokens(answer.usage);
    this.#say({ role: 'assistant', text: answer.text, calls: answer.calls, ...(answer.raw === undefined ? {} : { raw: answer.raw }) });
    this.#held = totalTokens(answer.usage);
    this.#heldAt = this.#turns.length;
    return answer;
  }

  /** All at the same time, answered in the order in which they were asked. */
  async #run(calls: readonly ToolCall[], signal: AbortSignal): Promise<ToolResult[]> {
    const outcomes = await Promise.all(calls.map(async (call, i) => (i < mostAtOnce ? await this.#answer(call, signal) : { text: `Not run: at most ${mostAtOnce} calls at once. Ask again.`, failed: true, paged: false })));
    const results: ToolResult[] = [];
    for (const [i, { text, failed, paged }] of outcomes.entries()) {
      const call = calls[i] as ToolCall;
      // Ids are given in order, so that the same answers have the same ids in a replay.
      results.push({ id: call.id, failed, text: paged || failed ? text : await this.settings.results.add({ tool: call.name, input: call.input }, text) });
    }
    return results;
  }

  async #answer({ name, input }: ToolCall, signal: AbortSignal): Promise<{ text: string; failed: boolean; paged: boolean }> {
    const failed = (text: string) => ({ text, failed: true, paged: false });
    const given = parsedJson(input);
    if (given === undefined) return failed(`The input of ${name} is no JSON.`);
    try {
      if (name === readResultSpec.name) {
        const { id, from } = z.object({ id: z.string(), from: z.int().min(1).default(1) }).parse(given);
        return { text: this.settings.results.page(id, from), failed: false, paged: true };
      }
      const tool = this.settings.tools.find(({ spec }) => spec.name === name);
      if (tool === undefined) return failed(`There is no tool ${name}. There are: ${this.settings.tools.map(({ spec }) => spec.name).join(', ')}.`);
      return { text: await tool.run(given, signal), failed: false, paged: false };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof z.ZodError) return failed(`The input of ${name} is wrong:\n${z.prettifyError(error)}`);
      if (error instanceof PerfloopError) return failed(`${error.message}${error.fix === undefined ? '' : ` ${error.fix}`}`);
      throw error;
    }
  }

  /** Before the conversation outgrows the model or its budget: what was said becomes a summary, with the ids of all evidence. */
  async #makeRoom(tools: ToolSpec[], signal: AbortSignal): Promise<void> {
    const { caller, system, context, bounds, results, maxTokens } = this.settings;
    const size = this.#held + estimateTokens(JSON.stringify(this.#turns.slice(this.#heldAt)));
    const first = this.#turns[0];
    // A short one has nothing to leave out.
    if (first?.role !== 'user' || this.#turns.length < 6) return;
    if (size + maxTokens < context && bounds.tokens - this.#used > 3 * size) return;
    const summary = await caller.ask({ system, turns: withNote(this.#turns, rendered('summarise')), tools, maxTokens: Math.min(maxTokens, 4000) }, signal);
    this.#used += totalTokens(summary.usage);
    const said = summary.text === '' ? 'No summary was given.' : summary.text;
    const asked = this.#turns.flatMap((turn) => (turn.role === 'user' ? [turn.text] : []));
    const text = `${asked.join('\n\n')}\n\n# What you found out so far\n${said}\n\n# Results so far (read_result shows them again)\n${results.index()}`;
    this.#turns = [{ role: 'user', text }];
    this.transcript.push({ role: 'user', text: `[The turns before this were summarised.]\n${said}` });
    this.#held = 0;
    this.#heldAt = 0;
  }
}

async function check<Value, Accepted>(call: ToolCall | undefined, { name, schema, accept }: Final<Value, Accepted>, lastTry: boolean): Promise<{ ok: true; value: Accepted } | { ok: false; problem: string }> {
  if (call === undefined) return { ok: false, problem: `Call ${name} with your answer.` };
  const given = parsedJson(call.input);
  if (given === undefined) return { ok: false, problem: `The input of ${name} is no JSON. Call it again.` };
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { ok: false, problem: `The input of ${name} is wrong:\n${z.prettifyError(parsed.error)}\nCall it again.` };
  return await accept(parsed.data, lastTry);
}

/** Some models write the call as JSON into their text. */
function inText({ text, calls }: ModelAnswer, name: string): ToolCall | undefined {
  if (calls.length > 0) return undefined;
  const block = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1] ?? text.trim();
  return parsedJson(block) === undefined || !block.startsWith('{') ? undefined : { id: 'in-text', name, input: block };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}

/** With a word more at the end of what is said to the model. */
function withNote(turns: readonly Turn[], note: string): Turn[] {
  const last = turns.at(-1);
  if (last?.role === 'tools') {
    const results = last.results.map((result, i) => (i === last.results.length - 1 ? { ...result, text: `${result.text}\n\n${note}` } : result));
    return [...turns.slice(0, -1), { role: 'tools', results }];
  }
  if (last?.role === 'user') return [...turns.slice(0, -1), { role: 'user', text: `${last.text}\n\n${note}` }];
  return [...turns, { role: 'user', text: note }];
}
