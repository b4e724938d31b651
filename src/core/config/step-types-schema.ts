import { z } from 'zod';
import { commandTable } from './command-schema.js';
import { isStepType } from './steps-schema.js';
import { pathBelowRoot } from './values.js';

/** A type of steps of the user's own. */
export const stepTypeSchema = z.strictObject({
  module: pathBelowRoot.describe('A module of JavaScript that exports a function of the name of the type, and is read from the base. Required.'),
  env: commandTable.shape.env.describe('Environment variables for it. The value `$NAME` is taken from the environment of perfloop, so that no secret stands in this file.'),
  timeout: commandTable.shape.timeout.describe('The function and its processes are stopped after this long; at most `7d`.'),
});

/** By name; the name is that of the exported function, too. */
export const stepTypesSchema = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9_]{0,39}$/, 'must start with a lower-case letter and hold at most 40 letters, digits or _').refine((name) => !isStepType(name), 'is a type of perfloop, which keeps its meaning; choose another name'), stepTypeSchema)
  .refine((types) => Object.keys(types).length <= 100, 'at most 100 types of steps')
  .default({});

export type StepTypeConfig = z.infer<typeof stepTypeSchema>;
