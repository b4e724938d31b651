import { PerfloopError } from '../core/errors.js';
import type { Redactor } from './redact.js';

/** The same error without secrets in anything that logs or a history would keep; nothing behind it stays but its kind. */
export function redactedError(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactor.text(error) : error;
  if (error instanceof PerfloopError) {
    const { where, fix, problems } = error;
    return new PerfloopError(error.code, redactor.text(error.message), redactor.json({ ...(where === undefined ? {} : { where }), ...(fix === undefined ? {} : { fix }), problems }));
  }
  const clean = redactor.text(`${error.message}\n${error.stack ?? ''}`);
  if (clean === `${error.message}\n${error.stack ?? ''}` && error.cause === undefined) return error;
  const copy = new Error(redactor.text(error.message));
  if ('code' in error) Object.assign(copy, { code: error.code });
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redactor.text(error.stack);
  return copy;
}
