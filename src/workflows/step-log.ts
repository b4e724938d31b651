import { patched } from '@temporalio/workflow';
import type { Outcome } from '../core/pipeline/machine/complete.js';
import type { Work } from '../core/pipeline/machine/ready.js';
import { shortened, stepFolder } from '../core/run/step-record.js';
import type { Phases } from './phases.js';

/** Milliseconds between records while steps run: each is an activity, and a history holds so many. */
const recordEvery = 2000;

/** As many at once are recorded without waiting for that. */
const mostWaiting = 50;

/** Executions of a round of which a file is written. */
const mostFiles = 5000;

/** Tells the store which steps have ended, now and then, without holding up the next ones. */
export class StepLog {
  private readonly beganAt = new Map<string, number>();
  /** Of the last execution of a step, by its name. */
  readonly folders = new Map<string, string>();
  private recordedAt = Date.now();
  private recording: Promise<void> | null = null;
  private again = false;

  constructor(private readonly phases: Phases) {}

  began({ name, order }: Work, now: number): void {
    this.beganAt.set(name, now);
    this.folders.set(name, stepFolder(this.phases.model.status.round, order, name));
  }

  ended({ name, step, count, attempt, order }: Work, outcome: Outcome): void {
    const { control, model: { status } } = this.phases;
    const at = Date.now();
    status.lastStep = { name, round: status.round, status: outcome.kind, at };
    const told = outcome.kind === 'done' ? { output: shortened(outcome.output) } : outcome.kind === 'failed' ? { error: { code: outcome.error.code ?? 'PL_STEP_FAILED', message: String(shortened(outcome.error.message)) } } : {};
    if (order <= mostFiles) control.ended.push({ folder: stepFolder(status.round, order, name), step: name, type: step.definition.type, round: status.round, count, attempt, status: outcome.kind, began: this.beganAt.get(name) ?? at, ended: at, ...told });
    this.beganAt.delete(name);
    if (this.recording !== null || (at - this.recordedAt < recordEvery && control.ended.length < mostWaiting) || !patched('record-steps')) return;
    this.record(at);
  }

  /** Records the run as it is now, after the record that is under way. */
  now(): void {
    if (this.recording === null) this.record(Date.now());
    else this.again = true;
  }

  private record(at: number): void {
    this.recordedAt = at;
    this.recording = this.phases.control.record().catch(() => undefined).finally(() => {
      this.recording = null;
      if (this.again) this.record(Date.now());
    });
    this.again = false;
  }

  /** Waits until all of them are recorded but a few, which go with the next record of the run. */
  async flush(): Promise<void> {
    const { control } = this.phases;
    do await this.recording;
    while (this.recording !== null);
    while (control.ended.length > 0 && patched('record-steps')) await control.record();
  }
}
