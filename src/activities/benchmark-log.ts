import { appendFile, writeFile } from 'node:fs/promises';
import { valueOf, type MetricRule } from '../core/verdict/metrics.js';
import { cutNote } from '../measure/bounded-output.js';
import type { SeriesRun } from '../measure/take-series.js';
import type { Redactor } from '../models/redact.js';

/** Bytes of each stream of a run that are kept, and of all runs together. */
const mostOfStream = 32 * 1024;
const mostInAll = 16 * 1024 * 1024;

/** What a person finds of a benchmark: a line of JSON for every run, and what they printed. Written between runs, never during one. */
export class BenchmarkLog {
  readonly #lines: string[] = [];
  #printed = 0;

  private constructor(
    private readonly files: { runs: string; printed: string },
    private readonly rules: readonly MetricRule[],
    private readonly redactor: Redactor,
  ) {}

  /** Begins both files anew, or after `earlier`, what an attempt before had taken: that printed what is there. */
  static async open(files: { runs: string; printed: string }, rules: readonly MetricRule[], redactor: Redactor, earlier: readonly SeriesRun[]): Promise<BenchmarkLog> {
    await writeFile(files.runs, '');
    if (earlier.length === 0) await writeFile(files.printed, '');
    const log = new BenchmarkLog(files, rules, redactor);
    for (const run of earlier) await log.add(run);
    return log;
  }

  async add(run: SeriesRun): Promise<void> {
    const { number, warmup, at, seed, sample } = run;
    const values = this.rules.map((rule) => [rule.name, valueOf(sample, rule)]);
    const line = `${JSON.stringify({ run: number, warmup, ok: sample.ok, at, seed, wall_ms: sample.wallMs, cpu_ms: sample.cpuMs, peak_bytes: sample.peakBytes, ...(sample.ok ? { metrics: Object.fromEntries(values) } : { failure: this.redactor.json(sample.failure) }) })}\n`;
    this.#lines.push(line);
    await appendFile(this.files.runs, line);
    const text = run.printed.map(({ benchmark, stdout, stderr }) => `--- run ${number}${warmup ? ' (warm-up)' : ''}${benchmark === null ? '' : `, ${benchmark}`}\n${ending(stdout)}${stderr === '' ? '' : `--- its errors\n${ending(stderr)}`}`).join('');
    if (this.#printed > mostInAll) return;
    this.#printed += text.length;
    await appendFile(this.files.printed, this.#printed > mostInAll ? cutNote : this.redactor.text(text));
  }

  /** JSON lines of every run. */
  lines(): string {
    return this.#lines.join('');
  }
}

function ending(text: string): string {
  const kept = text.length > mostOfStream ? `${cutNote}${text.slice(-mostOfStream)}` : text;
  return kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`;
}
