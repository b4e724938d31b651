import { parseConfig } from '../../../src/core/config/parse.js';
import { PerfloopError } from '../../../src/core/errors.js';

/** The error of a config that must not be accepted. */
export function errorOf(text: string, fileName = 'perfloop.toml'): PerfloopError {
  try {
    parseConfig(text, fileName);
  } catch (error) {
    if (error instanceof PerfloopError) return error;
    throw error;
  }
  throw new Error(`accepted:\n${text}`);
}

export function problemsOf(text: string): readonly string[] {
  return errorOf(text).problems;
}
