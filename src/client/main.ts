import { readFileSync } from 'node:fs';
import { CommanderError, type Command } from 'commander';
import { exitCodes } from '../core/errors.js';
import { homeFrom } from '../store/home.js';
import { settleUploads } from '../store/uploads.js';
import { reportFailure } from './failure.js';
import { buildProgram } from './program.js';
import { styleFor, wantsColour } from './style.js';
import { usageError } from './usage.js';

/** Runs one command line, without `node` and the script's name, and gives the exit code. */
export async function main(argv: string[]): Promise<number> {
  // It stays when this returns: the error of the last write comes later.
  if (!process.stdout.listeners('error').includes(endQuietlyOnClosedPipe)) process.stdout.on('error', endQuietlyOnClosedPipe);
  let code: number = exitCodes.ok;
  // What comes after is of a command that perfloop runs.
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const program = buildProgram(version(), (result) => {
    code = result;
  });
  const failed = (error: unknown): number =>
    reportFailure(error, {
      json: flags.includes('--json'),
      style: styleFor(!flags.includes('--no-color') && wantsColour(process.stderr, process.env)),
      stdout: process.stdout,
      stderr: process.stderr,
      logs: homeFrom(process.env).logs,
    });
  if (argv.length === 0) {
    process.stdout.write(program.helpInformation());
    return exitCodes.ok;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    await settleUploads();
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return failed(error);
    // Help and version were printed already.
    if (error.exitCode === 0) return exitCodes.ok;
    return failed(usageError(error, verbOf(program, argv)));
  }
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}

/** The verb that the arguments name, as far as they name one. */
function verbOf(program: Command, argv: readonly string[]): Command | undefined {
  let found: Command | undefined;
  for (const word of argv) {
    const next: Command | undefined = (found ?? program).commands.find((command) => command.name() === word || command.aliases().includes(word));
    if (next) found = next;
    else if (found) break;
  }
  return found;
}

/** `perfloop runs | head` closes the pipe early; that is no error. */
function endQuietlyOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  throw error;
}
