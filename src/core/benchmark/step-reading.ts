import type { MetricSummary, SummedMetric } from './summary.js';

/** What one execution of a step of type `benchmark` read, with how much it varied. */
export interface StepReading {
  round: number;
  step: string;
  /** Whether it was of a draft; else of the best commit. */
  draft: boolean;
  metrics: ({ name: string; unit: string; goal: 'min' | 'max' } & MetricSummary)[];
}

/** They travel with the run's state. */
const mostReadings = 12;
const mostMetrics = 20;

/** With one more: those of its round and of the one before it, the latest. */
export function withReading(before: readonly StepReading[], { round, step, draft }: Omit<StepReading, 'metrics'>, metrics: readonly SummedMetric[]): StepReading[] {
  const kept = before.filter((reading) => reading.round >= round - 1);
  const taken = metrics.slice(0, mostMetrics).map(({ name, unit, goal, summary }) => ({ name, unit, goal, ...summary }));
  return [...kept, { round, step, draft, metrics: taken }].slice(-mostReadings);
}
