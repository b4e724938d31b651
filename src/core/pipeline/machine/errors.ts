import type { Json } from '../../json-value.js';

/** An error as a step reports it. Plain JSON. */
export interface ErrorInfo {
  message: string;
  code?: string;
  /** What a person can do about it. */
  fix?: string;
  cause?: ErrorInfo;
}

/** An error of a run, with all that is needed to find its place. Plain JSON. */
export interface PipelineError {
  /** Of the step, or of the group, or '' for the whole. */
  step: string;
  /** Which execution of the step, from 1. */
  count: number;
  attempt: number;
  run: string;
  /** The beginning of the input; null where there is none. */
  input: string | null;
  message: string;
  code: string | null;
  /** The message of the innermost cause. */
  root: string;
  /** The run went on in spite of it: on_fail = continue, or another member of the race won. */
  handled: boolean;
  /** What a person can do about it. */
  fix?: string;
}

/** The message with its place, which some have already, or in part. */
export function placedMessage({ step, count, attempt, message }: Pick<PipelineError, 'step' | 'count' | 'attempt' | 'message'>): string {
  if (step === '') return message;
  const label = `step \`${step}\``;
  const place = `step ${step}, execution ${count}, attempt ${attempt}`;
  if (message.startsWith(`${label}, execution `)) return `step ${step}${message.slice(label.length)}`;
  const named = [`${label}: `, `step ${step}: `, `step ${step} failed: `].find((beginning) => message.startsWith(beginning));
  if (named !== undefined) return `${place}: ${message.slice(named.length)}`;
  const condition = /^`(?:when|next)` of /.exec(message)?.[0];
  if (condition !== undefined && message.startsWith(`${condition}${label}: `)) return `${place}: ${condition.slice(0, -' of '.length)}${message.slice(condition.length + label.length)}`;
  return message.startsWith(label) || message.startsWith(`group \`${step}\``) ? message : `${place}: ${message}`;
}

const deepestCause = 50;

export function rootCause(error: ErrorInfo): string {
  let root = error;
  for (let depth = 0; depth < deepestCause && root.cause !== undefined; depth++) root = root.cause;
  return root.message;
}

const previewLength = 200;

/** The beginning of a value as JSON; of what is not shown at most the keys are looked at. */
export function preview(value: Json | undefined): string | null {
  if (value === undefined) return null;
  const text = previewOf(value, previewLength + 1);
  return text.length > previewLength ? `${text.slice(0, previewLength)}…` : text;
}

function previewOf(value: Json, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.length > room ? value.slice(0, room) : value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  let first = true;
  for (const key of Object.keys(value)) {
    if (text.length > room) return text;
    const item = previewOf((value as Record<string, Json>)[key] ?? null, room - text.length);
    text += `${first ? '' : ','}${isList ? '' : `${JSON.stringify(key.slice(0, room))}:`}${item}`;
    first = false;
  }
  return `${text}${isList ? ']' : '}'}`;
}
