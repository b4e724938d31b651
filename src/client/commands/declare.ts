import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration } from '../../core/duration-text.js';
import { onTransfer } from '../../store/s3/transfers.js';
import { contextFrom, note, type CliContext, type GlobalFlags } from '../context.js';

type Flag = readonly [flags: string, description: string, parse?: ((text: string, earlier: unknown) => unknown) | readonly string[]];

/** A verb as the help shows it. Its body is imported by `action`, so that help stays instant. */
export interface VerbSpec<Flags> {
  /** Name and arguments, such as `run [dir]`. */
  usage: string;
  alias?: string;
  /** Of verbs below another: the one that is meant where none is named. */
  isDefault?: boolean;
  summary: string;
  /** More than one line of help, where one line does not do. */
  details?: string;
  /** Flags with their meaning; a third entry is a parser or the allowed values. */
  options?: readonly Flag[];
  examples: readonly string[];
  /** Flags that are not declared are handed on as arguments. */
  passesUnknown?: boolean;
  /** Gives the exit code. */
  action: (context: CliContext, flags: Flags, ...args: (string | undefined)[]) => Promise<number>;
}

/** Gets the exit code of the verb that ran. */
export type Finish = (code: number) => void;

export function declareVerb<Flags = object>(parent: Command, finish: Finish, spec: VerbSpec<Flags>): void {
  const command = parent.command(spec.usage, { isDefault: spec.isDefault === true }).summary(spec.summary).description(spec.details ? `${spec.summary}\n\n${spec.details}` : spec.summary);
  if (spec.alias) command.alias(spec.alias);
  if (spec.passesUnknown === true) command.allowUnknownOption();
  for (const [flags, description, parse] of spec.options ?? []) {
    const option = new Option(flags, description);
    if (typeof parse === 'function') option.argParser(parse);
    else if (parse) option.choices(parse);
    command.addOption(option);
  }
  command.addHelpText('after', `\nExample${spec.examples.length > 1 ? 's' : ''}:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  command.action(async () => {
    const context = contextFrom(command.optsWithGlobals<GlobalFlags>());
    onTransfer(({ direction, place, done, bytes }) => note(context, `${direction} ${direction === 'upload' ? 'to' : 'from'} ${place}: ${megabytes(done)} of ${megabytes(bytes)} MB`));
    finish(await spec.action(context, command.opts<Record<string, unknown>>() as Flags, ...command.args));
  });
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return value;
}

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a fraction from 0 to 1, such as 0.02 for 2%.');
  return value;
}

/** Of a profile's window. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || value > 1_000_000) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}

export function port(text: string): number {
  const value = positiveInteger(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return value;
}

/** Milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000) throw new InvalidArgumentError('It must be a duration from 1s up, such as 90s, 10m or 1h30m.');
  return ms;
}

/** For a flag that can be given several times. */
export function repeated(text: string, earlier: unknown): string[] {
  return [...(Array.isArray(earlier) ? (earlier as string[]) : []), text];
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
