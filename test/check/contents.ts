import { compare, type Files } from './cases.js';

/** A kind of value with what one side returns, and what the other: expressions of the target's language. */
export type Pair = readonly [name: string, one: string, other: string];

interface Program {
  entry: string;
  inputs: string;
  /** The file of a generator that gives each of the first `count` numbers. */
  generator(count: number): Files;
  /** The file of a function that returns the value at the given place. */
  returning(values: readonly string[]): Files;
}

/** The names of the pairs whose sides a comparison takes for equal. */
export async function takenForEqual(program: Program, pairs: readonly Pair[]): Promise<string[]> {
  const { entry, inputs } = program;
  const side = (values: readonly string[]): Files => ({ ...program.generator(values.length), ...program.returning(values) });
  // All at once where all differ, or all are equal.
  const all = await compare({ entry, inputs, count: pairs.length }, side(pairs.map(([, one]) => one)), side(pairs.map(([, , other]) => other)));
  if (all?.endsWith(`(the first of ${pairs.length} cases that differ, of ${pairs.length})`) === true) return [];
  if (all === null) return pairs.map(([name]) => name);
  const equal: string[] = [];
  for (const [name, one, other] of pairs) if ((await compare({ entry, inputs, count: 1 }, side([one]), side([other]))) === null) equal.push(name);
  return equal;
}
