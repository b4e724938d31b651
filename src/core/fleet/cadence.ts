import { parseDuration } from '../duration-text.js';

/** When a target is run: by a calendar (five fields of cron), at equal distances, or only when asked to. */
export type Cadence = { kind: 'cron'; expression: string } | { kind: 'interval'; everyMs: number } | { kind: 'manual' };

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const shortestMs = 60_000;
const dayMs = 86_400_000;

/** What people write, in the words of a refusal. */
export const cadenceForms = '`daily at 02:30`, `weekdays at 02:30`, `monday at 02:30`, `hourly`, `every 6h`, five fields of cron such as `30 2 * * *`, or `manual`';

/** Null where it is none of the forms. */
export function parseCadence(text: string): Cadence | null {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words.length === 1 && words[0] === 'manual') return { kind: 'manual' };
  if (words.length === 1 && words[0] === 'hourly') return { kind: 'interval', everyMs: 3_600_000 };
  if (words[0] === 'every' && words.length === 2) return interval(words[1] ?? '');
  if (words[1] === 'at' && words.length === 3) return atTime(words[0] ?? '', words[2] ?? '');
  return words.length === 5 && fields.every((field, index) => isField(words[index] ?? '', field)) ? { kind: 'cron', expression: words.join(' ') } : null;
}

/** Of a text that was checked before. */
export function cadenceOf(text: string): Cadence {
  return parseCadence(text) ?? { kind: 'manual' };
}

function interval(text: string): Cadence | null {
  const everyMs = parseDuration(text);
  return everyMs === undefined || everyMs < shortestMs || everyMs > 366 * dayMs ? null : { kind: 'interval', everyMs: Math.round(everyMs / 1000) * 1000 };
}

function atTime(day: string, time: string): Cadence | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? [];
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  const onDays = day === 'daily' ? '*' : day === 'weekdays' ? '1-5' : dayNumber(day);
  return onDays === null ? null : { kind: 'cron', expression: `${Number(minute)} ${Number(hour)} * * ${onDays}` };
}

function dayNumber(name: string): string | null {
  const index = name.length < 3 ? -1 : days.findIndex((day) => day.startsWith(name));
  return index === -1 ? null : String(index);
}

interface Field {
  from: number;
  to: number;
  names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const fields: readonly Field[] = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: months },
  { from: 0, to: 7, names: days.map((day) => day.slice(0, 3)) },
];

/** Lists of `*`, numbers, names and ranges, each with a step if need be. */
function isField(text: string, field: Field): boolean {
  return text.split(',').every((part) => valuesOf(part, field) !== null);
}

function valuesOf(part: string, { from, to, names }: Field): number[] | null {
  const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const [first, last, ...more] = range === '*' ? [from, to] : range.split('-').map((word) => (names.includes(word) ? names.indexOf(word) + (from === 1 ? 1 : 0) : /^\d+$/.test(word) ? Number(word) : NaN));
  if (first === undefined || more.length > 0) return null;
  const end = last ?? (part.includes('/') ? to : first);
  if (!(first >= from && end <= to && first <= end && Number(step) >= 1)) return null;
  return Array.from({ length: Math.floor((end - first) / Number(step)) + 1 }, (_, index) => first + index * Number(step));
}

/** The times of an expression that `parseCadence` took, each field in order. `eitherDay`: a day of the month or one of the week is enough. */
export function valuesOfCron(expression: string): { minute: number[]; hour: number[]; dayOfMonth: number[]; month: number[]; dayOfWeek: number[]; eitherDay: boolean } {
  const words = expression.split(' ');
  const [minute = [], hour = [], dayOfMonth = [], month = [], dayOfWeek = []] = fields.map((field, index) => {
    const values = (words[index] ?? '*').split(',').flatMap((part) => valuesOf(part, field) ?? []);
    // Both 0 and 7 are Sunday.
    return [...new Set(index === 4 ? values.map((value) => value % 7) : values)].toSorted((one, other) => one - other);
  });
  return { minute, hour, dayOfMonth, month, dayOfWeek, eitherDay: words[2] !== '*' && words[4] !== '*' };
}

/** Runs a day, on the average of a long time. 0: only when asked to. */
export function runsADay(cadence: Cadence): number {
  if (cadence.kind === 'manual') return 0;
  if (cadence.kind === 'interval') return dayMs / cadence.everyMs;
  const { minute, hour, dayOfMonth, month, dayOfWeek, eitherDay } = valuesOfCron(cadence.expression);
  const [monthDays, weekDays] = [dayOfMonth.length / 31, dayOfWeek.length / 7];
  const share = eitherDay ? monthDays + weekDays - monthDays * weekDays : monthDays * weekDays;
  return minute.length * hour.length * share * (month.length / 12);
}

/** Milliseconds between two times at their closest, but for a change to summer time; Infinity: there are no two. */
export function closestMs(cadence: Cadence): number {
  if (cadence.kind === 'manual') return Infinity;
  if (cadence.kind === 'interval') return cadence.everyMs;
  const { minute, hour, ...days } = valuesOfCron(cadence.expression);
  const times = hour.flatMap((hours) => minute.map((minutes) => (hours * 60 + minutes) * 60_000));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const withinDay = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return Math.min(...withinDay, closestDays(days) * dayMs + first - last);
}

/** Any four years have all that a calendar can do: these begin with a leap year. */
const someYears = { from: Date.UTC(2024, 0, 1), days: 4 * 365 + 1 };

/** Days between two days of a calendar at their closest. */
function closestDays({ dayOfMonth, month, dayOfWeek, eitherDay }: Pick<ReturnType<typeof valuesOfCron>, 'dayOfMonth' | 'month' | 'dayOfWeek' | 'eitherDay'>): number {
  let [closest, before] = [Infinity, -Infinity];
  for (let day = 0; day < someYears.days && closest > 1; day++) {
    const date = new Date(someYears.from + day * dayMs);
    const [byMonth, byWeek] = [dayOfMonth.includes(date.getUTCDate()), dayOfWeek.includes(date.getUTCDay())];
    if (!month.includes(date.getUTCMonth() + 1) || !(eitherDay ? byMonth || byWeek : byMonth && byWeek)) continue;
    closest = Math.min(closest, day - before);
    before = day;
  }
  return closest;
}
