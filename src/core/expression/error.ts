/** What is wrong with an expression, or with what it was evaluated on. */
export class ExpressionError extends Error {
  /** Where in its text, from 0. */
  readonly at: number;

  constructor(what: string, at: number) {
    super(`${what} (at character ${at + 1})`);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

/** Something that is asked for is not there. The one error that `defined` asks about. */
export class MissingValue extends ExpressionError {
  override readonly name = 'MissingValue';
}
