import { z } from 'zod';
import { readFunctionName } from '../check/cases/function-name.js';
import { readType } from '../check/cases/type-text.js';
import { durationMs } from './duration.js';

/** The generator of a file that names none. */
export const defaultGenerator = 'cases';

const functionName = (name: string | null) =>
  z.string().min(1).max(1000).superRefine((text, context) => {
    const read = readFunctionName(text, name);
    if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
  }).meta({ title: 'function' });

const typeText = z.string().min(1).max(1000).superRefine((text, context) => {
  const read = readType(text);
  if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
}).meta({ title: 'type' });

export const caseSchema = z.strictObject({
  entry: functionName(null).describe('The function: `src/unique.js#unique`, `pkg/mod.py:unique`. `Class.method` is called on `new Class()`, or on what `factory` gives. Required.'),
  args: z.array(typeText).max(20).optional().describe('A type for each argument; values are made up, the edges of each type among them: `int`, `int(0..9)`, `bigint`, `float` (with NaN, infinities and -0), `float(-1..1)`, `bool`, `str`, `str(1..8)`, `bytes`, `null`, `json`, `list[T]`, `list[T](1..9)`, `set[T]`, `dict[K, V]` (in JavaScript a plain object), `map[K, V]`, `tuple[A, B]`, `{id: int, name: str}`, `"up" | "down"`, `T | null`.'),
  inputs: functionName(defaultGenerator).optional().describe('In place of `args`: a function of the target, which no candidate may change, that takes a seed and a count and gives a list with a list of arguments for each case, the same for the same seed. `bench/cases.js` is short for `bench/cases.js#cases`.'),
  factory: functionName(null).optional().describe('For a method: a function of the target, which no candidate may change, that takes a seed and the number of a case and gives a new object to call the method on.'),
  count: z.int().min(1).max(100_000).default(100).describe('How many cases.'),
  size: z.int().min(1).max(100_000).default(200).describe('The longest list or text that is made up for `args`.'),
  tolerance: z.number().min(0).max(1).default(0).describe('Relative tolerance of floating-point numbers. With 0 also -0 differs from 0.'),
  absolute: z.number().min(0).default(0).describe('Absolute tolerance of floating-point numbers.'),
  order: z.enum(['same', 'any']).default('same').describe('Whether tables, maps and JavaScript sets must hold their entries in the same order.'),
  runner: z.string().trim().min(1).max(1000).optional().describe('The interpreter, a shell command that reads a program from its standard input when `-` is added: `.venv/bin/python`, `node --import tsx`. Default: `node` or `python3`.'),
  timeout: durationMs.meta({ title: 'duration' }).default(120_000).describe('For all cases of one side.'),
});

export type CasesConfig = z.infer<typeof caseSchema>;
