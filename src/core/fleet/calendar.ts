import { valuesOfCron, type Cadence } from './cadence.js';

/** Times as Temporal's schedules have them: every field a list of numbers in order. Sunday is 0, January 1. */
export interface Calendar {
  minute: number[];
  hour: number[];
  dayOfMonth: number[];
  month: number[];
  dayOfWeek: number[];
}

/** As five fields of cron. */
export function cronText({ minute, hour, dayOfMonth, month, dayOfWeek }: Calendar): string {
  const field = (values: readonly number[], from: number, to: number): string => (values.length === to - from + 1 ? '*' : values.join(','));
  return [field(minute, 0, 59), field(hour, 0, 23), field(dayOfMonth, 1, 31), field(month, 1, 12), field(dayOfWeek, 0, 6)].join(' ');
}

const all = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Where both a day of the month and one of the week are given either is enough, as cron has it: that takes two. */
export function calendarsOf(cadence: Cadence): Calendar[] {
  if (cadence.kind !== 'cron') return [];
  const { minute, hour, dayOfMonth, month, dayOfWeek, eitherDay } = valuesOfCron(cadence.expression);
  const times = { minute, hour, month };
  if (!eitherDay) return [{ ...times, dayOfMonth, dayOfWeek }];
  return [{ ...times, dayOfMonth, dayOfWeek: all(0, 6) }, { ...times, dayOfMonth: all(1, 31), dayOfWeek }];
}
