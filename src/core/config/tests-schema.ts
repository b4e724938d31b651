import { z } from 'zod';
import { globPattern } from './values.js';

export const testFormats = ['auto', 'junit', 'tap', 'node', 'mocha', 'vitest', 'jest', 'pytest', 'unittest', 'go', 'cargo', 'ctest', 'exit'] as const;

export const testsSchema = z
  .strictObject({
    format: z.enum(testFormats).default('auto').describe('The form of the results: `auto` takes every form that it knows, in the output or in `report`. Naming one is an error where it is not found. `exit`: only the exit code counts, so a candidate that skips tests is not seen.'),
    report: globPattern.optional().describe('Files in which the test command leaves its results: JUnit XML, TAP, the JSON of jest, vitest or `go test`. They are removed before the tests run, must not be in git, and count by the names of their tests; what is printed beside them must agree in number. Example: `build/test-results/**/*.xml`.'),
    reach: z.boolean().default(true).describe('Before a candidate is accepted, the tests run once more with the functions that it changed made to throw (JavaScript, TypeScript, Python). Where they still pass and those of the champion fail, they are rigged, and the candidate is refused; where both pass, a warning says that nothing tests the change.'),
  })
  .prefault({});

export type TestsConfig = z.infer<typeof testsSchema>;
