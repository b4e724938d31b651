import type { TargetFunction } from './target-function.js';

/** What a reader of a target is given: its source and who calls it. */
export interface FunctionContext {
  target: TargetFunction;
  /** Null where the file is gone or is no text. */
  source: { from: number; to: number; text: string } | null;
  /** Those that surely mean the function come first. */
  callSites: { file: string; line: number; caller: string; text: string; confidence: 'exact' | 'name only' }[];
  /** Call sites beyond those that were asked for. */
  more: number;
}
