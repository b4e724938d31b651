import type { Json } from '../core/json-value.js';
import type { ReadOutput } from '../core/run/contracts.js';
import type { CommandResult } from '../measure/command.js';
import { readMetrics } from '../measure/metrics.js';

export interface WantedOutput {
  json: boolean;
  /** Patterns with one group, by name. */
  metrics: Record<string, string>;
}

/** Bytes of JSON: more is no result but data, which belongs into a file. */
const largestJson = 64 * 1024;

const problems: Record<string, string> = { none: 'its output has no match', several: 'both its output and its errors have matches', 'not-a-number': 'what matches in its output is no number' };

/** What a step wants of the output of its command; a sentence where it is not there. */
export function readOutput(result: CommandResult, { json, metrics }: WantedOutput): ReadOutput | string {
  const text = { stdout: result.stdout, stderr: result.stderr, wallMs: result.wallMs };
  const read = readMetrics(text, Object.entries(metrics).map(([name, pattern]) => ({ name, source: 'regex', pattern, match: 'last' })));
  if (!read.ok) return `${problems[read.failure.problem] ?? read.failure.problem} for the metric ${read.failure.metric}: ${metrics[read.failure.metric]}`;
  if (!json) return { metrics: read.metrics };
  const bytes = Buffer.byteLength(result.stdout);
  if (bytes > largestJson) return `it printed ${bytes} bytes, and at most ${largestJson} are taken as an output in JSON`;
  try {
    return { metrics: read.metrics, json: JSON.parse(result.stdout) as Json };
  } catch (error) {
    return `what it printed is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
