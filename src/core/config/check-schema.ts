import { z } from 'zod';
import { curvePattern, linearPattern, pathBelowRoot } from './values.js';

const relative = z.number().min(0).max(1);
const absolute = z.number().min(0);

/** A number is short for a table with `relative` alone. */
const tolerance = z.union([relative, z.strictObject({ relative: relative.default(0), absolute: absolute.default(0) })], {
  error: 'expected a relative tolerance of 0 to 1, or a table such as { relative = 1e-6, absolute = 1e-12 }',
}).meta({ title: 'tolerance' });

const columnOrPath = z.string().min(1).max(300);

export const checkSchema = z
  .strictObject({
    compare: z.enum(['exact', 'numbers', 'columns', 'json', 'curve']).default('exact').describe('`exact`: the same bytes. `numbers`: the same text around the numbers, and each number within `tolerance`. `columns`: a table (CSV, TSV or cells between spaces), with a tolerance for each column. `json`: the same structure whatever the order of keys, numbers within the tolerance of their place. `curve`: values over steps, within a band around those of the champion.'),
    tolerance: relative.default(0).describe('Relative tolerance of a number (`1e-6`): `|a - b| <= tolerance * max(|a|, |b|)`, or what `absolute` allows. Integers of any length and `1e999` are compared by their digits; NaN agrees with NaN alone, an infinity with the one of its sign, and -0 with 0.'),
    absolute: absolute.default(0).describe('Absolute tolerance of a number, for those around 0.'),
    tolerances: z.record(columnOrPath, tolerance).default({}).describe('Tolerances of their own: of columns by name or number from 1 (`columns`), of places by a path such as `loss.*`, `runs[*].time` or `**.score` (`json`). A table stands for both: `{ relative = 1e-6, absolute = 1e-12 }`.'),
    ignore: z.array(columnOrPath).max(1000).default([]).describe('Columns (`columns`) or paths (`json`) that are not compared, such as times.'),
    curve: curvePattern.optional().describe('For `curve`, required there: a regular expression with two groups, the step and the value. Example: `step (\\d+) loss ([-+.\\w]+)`.'),
    band: z.number().positive().max(100).default(5).describe('For `curve`: half the width of the band in standard errors, which come from how much the champion varies over `seeds`.'),
    stdout: z.boolean().default(true).describe('Whether what the command prints is compared. `false` where only `files` count.'),
    files: z.array(pathBelowRoot).max(100).default([]).describe('Files that the command writes, relative to the root, compared in the same way. They are removed before and after it runs.'),
    seeds: z.int().min(1).max(100).optional().describe('How often the command runs, each time with another secret random `PERFLOOP_SEED` (1000000000 to 2147483647) in its environment, the same on both sides. Default: 3 where the command or a file of the base mentions `PERFLOOP_SEED`, and for `curve`; else 1.'),
    benchmark: z.enum(['auto', 'exact', 'numbers', 'off']).default('auto').describe('Whether what the benchmark prints must be the same on both sides of a pair, the values of metrics left out. `auto`: what is the same in every pair of the base with itself. `exact`: all of it. `numbers`: all of it, with numbers within `tolerance` and `absolute`. `off`: it is not compared.'),
    benchmark_pattern: linearPattern.optional().describe('A regular expression: only what it matches in the output of the benchmark is compared, such as `^digest: .*$`.'),
  })
  .prefault({});

export type CheckConfig = z.infer<typeof checkSchema>;
