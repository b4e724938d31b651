import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodes, PerfloopError } from '../core/errors.js';
import { secretsOfEnvironment, withoutSecrets } from '../measure/known-secrets.js';
import { redact } from '../measure/redactor.js';
import { jsonText } from './json-text.js';
import { printError } from './print/error.js';
import { plain, type Style } from './style.js';

export interface FailureOutput {
  json: boolean;
  style: Style;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  /** Folder for the stack of a bug. */
  logs: string;
}

/** Says what went wrong, to the person or to the program that asked for JSON, and gives the exit code. */
export function reportFailure(error: unknown, output: FailureOutput): number {
  const secrets = secretsOfEnvironment(process.env);
  const known = error instanceof PerfloopError ? error : serverSilent(error);
  const expected = known ?? bugError(error, output.logs, secrets);
  if (output.json) output.stdout.write(jsonText({ error: withoutSecrets(expected.toJSON(), secrets) }));
  else output.stderr.write(`${printError(withoutSecrets(expected.toJSON(), secrets), output.style)}\n`);
  return known === null ? exitCodes.bug : exitCodes.refused;
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html: deadline exceeded, resource exhausted, unavailable. */
const silentCodes: readonly unknown[] = [4, 8, 14];

/** A call that the Temporal server did not answer in time, or not at all, is no bug. Null: it is something else. */
function serverSilent(error: unknown): PerfloopError | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!('code' in at && 'details' in at && 'metadata' in at) || !silentCodes.includes(at.code)) continue;
    return new PerfloopError('PL_TEMPORAL_UNREACHABLE', `the Temporal server did not answer: ${String(at.details)}`, { where: error instanceof Error ? error.message : '', fix: 'Try again: it may be busy or just starting. `perfloop doctor` looks at it.', cause: error });
  }
  return null;
}

function bugError(error: unknown, logs: string, secrets: readonly string[]): PerfloopError {
  const text = error instanceof Error ? error.message : String(error);
  return new PerfloopError('PL_BUG', `this is a bug of perfloop: ${text.split('\n')[0] ?? ''}`, {
    where: writeStack(error, logs, secrets),
    fix: 'report it with that file; what a run has done so far is kept',
  });
}

function writeStack(error: unknown, logs: string, secrets: readonly string[]): string {
  const stack = `${new Date().toISOString()} node ${process.version} ${process.platform} ${process.argv.slice(2).join(' ')}\n${redact(describe(error), secrets)}\n`;
  for (const folder of [logs, tmpdir()]) {
    try {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `bug-${Date.now()}-${process.pid}.log`);
      writeFileSync(file, stack);
      return file;
    } catch {
      // A read-only home: the next place.
    }
  }
  return stack;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

export const plainOutput = (json: boolean, logs: string): FailureOutput => ({ json, style: plain, stdout: process.stdout, stderr: process.stderr, logs });
