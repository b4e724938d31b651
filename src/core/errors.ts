/** Exit codes of the command line. Documented in docs/cli.md. */
export const exitCodes = { ok: 0, bug: 1, refused: 2, rejected: 3, inconclusive: 4, quarantined: 5, /** `perfloop verdict`: the samples do not bear out what is on record. */ differs: 6 } as const;

export type ErrorCode = `PL_${string}`;

export interface ErrorDetails {
  /** The place: a file and line, a config key, a command, a path. */
  where?: string;
  /** What the user can do about it, as an imperative sentence. */
  fix?: string;
  cause?: unknown;
  /** Several problems found at once, one line each. */
  problems?: readonly string[];
}

/**
 * Something expected went wrong: bad input, a red test at the base, a missing tool. Carries a stable code, the place and
 * the remedy. Anything else that is thrown is a bug of perfloop.
 */
export class PerfloopError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly fix: string | undefined;
  readonly problems: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PerfloopError';
    this.code = code;
    this.where = details.where;
    this.fix = details.fix;
    this.problems = details.problems ?? [];
  }

  toJSON(): { code: ErrorCode; message: string; where?: string; fix?: string; problems?: readonly string[] } {
    return {
      code: this.code,
      message: this.message,
      ...(this.where === undefined ? {} : { where: this.where }),
      ...(this.fix === undefined ? {} : { fix: this.fix }),
      ...(this.problems.length === 0 ? {} : { problems: this.problems }),
    };
  }
}
