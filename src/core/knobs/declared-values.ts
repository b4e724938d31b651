/** What a [[knobs]] table says of the values to try. */
export interface DeclaredValues {
  range?: [number, number] | undefined;
  step?: number | undefined;
  scale?: 'linear' | 'log' | undefined;
  choices?: readonly (string | number)[] | undefined;
}

/** More are no search but a sweep: each is built and sampled. */
export const mostValues = 32;
/** Steps of a linear range that says none. */
const usualSteps = 8;
const usualFactor = 2;

/**
 * The values to try, as text and in their order: the choices, or a range with both of its ends. A linear range goes on by
 * `step` (an eighth of it), a logarithmic one by the factor `step` (2). Between whole numbers all are whole.
 */
export function valuesOf({ range, step, scale = 'linear', choices = [] }: DeclaredValues): string[] {
  const values = range === undefined ? choices : scale === 'log' ? powers(range, step ?? usualFactor) : multiples(range, step ?? (range[1] - range[0]) / usualSteps);
  const whole = range?.every(Number.isInteger) === true && (step === undefined || Number.isInteger(step));
  return [...new Set(values.map((value) => textOf(value, whole)))];
}

function multiples([from, to]: readonly [number, number], step: number): number[] {
  const count = Math.min(mostValues, Math.floor((to - from) / step + 1e-9));
  return [...Array.from({ length: count + 1 }, (_, i) => from + i * step), to];
}

function powers([from, to]: readonly [number, number], factor: number): number[] {
  const values: number[] = [];
  for (let value = from; value < to && values.length <= mostValues; value *= factor) values.push(value);
  return [...values, to];
}

/** 0.1 + 0.2 is 0.3 to a person. */
function textOf(value: string | number, whole: boolean): string {
  if (typeof value === 'string') return value;
  return String(whole ? Math.round(value) : Number(value.toPrecision(12)));
}
