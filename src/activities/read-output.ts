import { jsonCopy, NotJson } from '../core/json-value.js';
import { kilobytes, mostLeft } from '../core/run/carried.js';
import type { ReadOutput } from '../core/run/contracts.js';
import type { CommandResult } from '../measure/command.js';
import { readMetrics } from '../measure/metrics.js';

export interface WantedOutput {
  json: boolean;
  /** Patterns with one group, by name. */
  metrics: Record<string, string>;
}

const problems: Record<string, string> = { none: 'its output has no match', several: 'both its output and its errors have matches', 'not-a-number': 'what matches in its output is no number' };

/** What a step wants of the output of its command; a sentence where it is not there. */
export function readOutput(result: CommandResult, { json, metrics }: WantedOutput): ReadOutput | string {
  const text = { stdout: result.stdout, stderr: result.stderr, wallMs: result.wallMs };
  const read = readMetrics(text, Object.entries(metrics).map(([name, pattern]) => ({ name, source: 'regex', pattern, match: 'last' })));
  if (!read.ok) return `${problems[read.failure.problem] ?? read.failure.problem} for the metric ${read.failure.metric}: ${metrics[read.failure.metric]}`;
  if (!json) return { metrics: read.metrics };
  const bytes = Buffer.byteLength(result.stdout);
  if (bytes > mostLeft) return `it printed ${kilobytes(bytes)}, and at most ${kilobytes(mostLeft)} are taken as an output in JSON. Let it write what is large to a file, and print the path`;
  try {
    // Numbers such as 1e999 are JSON, and cannot be handed on.
    return { metrics: read.metrics, json: jsonCopy(JSON.parse(result.stdout)) };
  } catch (error) {
    return `what it printed is no JSON${error instanceof NotJson ? ' that can be handed on' : ''}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
