import { noUsage, type AgentUsage } from '../core/agent/attempt.js';
import type { AgentConfig } from '../core/config/agents-schema.js';

/** What an agent said at the end, and what it says that it used. */
export interface AgentOutput {
  message: string;
  usage: AgentUsage;
  /** What went wrong by its own account; null where it says nothing of the kind. */
  error: string | null;
}

const mostTitle = 100;

/** Reads what an agent printed. A `command` may print the events of codex or of Claude Code; else all of it is the message. */
export function readOutput(kind: AgentConfig['kind'], stdout: string): AgentOutput {
  if (kind === 'kiro-cli') return ofKiro(stdout);
  const events = stdout.split('\n').flatMap(eventOf);
  const codex = events.some(({ type }) => type === 'thread.started' || type === 'turn.completed' || type === 'turn.failed');
  if (codex) return ofCodex(events);
  if (events.some(({ type }) => type === 'result')) return ofClaude(events);
  return { message: kind === 'command' ? stdout.trim() : '', usage: noUsage, error: null };
}

/** The title of a change, and why it was made. */
export function titleOf(message: string, otherwise: string): { title: string; rationale: string } {
  const [first = '', ...rest] = message.trim().split('\n');
  const title = first.replace(/^[#*\s>-]+/, '').replace(/^(title:\s*)/i, '').replaceAll(/[*`\p{Cc}]/gu, '').trim();
  return { title: title === '' ? otherwise : title.length > mostTitle ? `${title.slice(0, mostTitle - 1)}…` : title, rationale: rest.join('\n').trim().slice(0, 4000) };
}

type Event = Record<string, unknown> & { type: string };

function eventOf(line: string): Event[] {
  if (!line.startsWith('{')) return [];
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && typeof value['type'] === 'string' ? [value as Event] : [];
  } catch {
    return [];
  }
}

/** `codex exec --json`: a line for each item, and the usage of each turn. */
function ofCodex(events: readonly Event[]): AgentOutput {
  const messages = events.flatMap(({ type, item }) => (type === 'item.completed' && isRecord(item) && item['type'] === 'agent_message' && typeof item['text'] === 'string' ? [item['text']] : []));
  const turns = events.flatMap(({ type, usage }) => (type === 'turn.completed' && isRecord(usage) ? [usage] : []));
  const failed = events.findLast(({ type }) => type === 'turn.failed' || type === 'error');
  const why = isRecord(failed?.['error']) ? failed['error']['message'] : failed?.['message'];
  return {
    message: messages.at(-1) ?? '',
    usage: { inputTokens: sum(turns, 'input_tokens'), cachedTokens: sum(turns, 'cached_input_tokens'), outputTokens: sum(turns, 'output_tokens'), usd: null, credits: null },
    error: turns.length > 0 ? null : textOr(why, null),
  };
}

/** `claude -p --output-format stream-json`: the last event sums up. */
function ofClaude(events: readonly Event[]): AgentOutput {
  const result: Event = events.findLast(({ type }) => type === 'result') ?? { type: 'result' };
  const usage = isRecord(result['usage']) ? result['usage'] : {};
  const cached = sum([usage], 'cache_read_input_tokens');
  const parts = [sum([usage], 'input_tokens'), cached, sum([usage], 'cache_creation_input_tokens')].filter((part) => part !== null);
  const said = textOr(result['result'], '');
  return {
    message: result['is_error'] === true ? '' : said,
    usage: { inputTokens: parts.length === 0 ? null : parts.reduce((a, b) => a + b, 0), cachedTokens: cached, outputTokens: sum([usage], 'output_tokens'), usd: numberOr(result['total_cost_usd']), credits: null },
    error: result['is_error'] === true ? (said === '' ? String(result['subtype']) : said) : null,
  };
}

/** Kiro CLI prints its answer after `>`, with colours, and at the end what it cost. */
function ofKiro(stdout: string): AgentOutput {
  // oxlint-disable-next-line no-control-regex
  const plain = stdout.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, '');
  const credits = Array.from(plain.matchAll(/Credits:\s*(\d+(?:\.\d+)?)/g), ([, number]) => Number(number));
  const answer = plain.split(/^> ?/m).at(-1) ?? '';
  return {
    message: answer.split('\n').filter((line) => !/Credits:\s*\d/.test(line)).join('\n').trim(),
    usage: { ...noUsage, credits: credits.length === 0 ? null : credits.reduce((a, b) => a + b, 0) },
    error: null,
  };
}

function sum(records: readonly Record<string, unknown>[], key: string): number | null {
  const numbers = records.map((record) => numberOr(record[key])).filter((number) => number !== null);
  return numbers.length === 0 ? null : numbers.reduce((a, b) => a + b, 0);
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
