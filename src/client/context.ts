import { userInfo, hostname } from 'node:os';
import { jsonText } from './json-text.js';
import { homeFrom, type Home } from '../store/home.js';
import { styleFor, wantsColour, type Style } from './style.js';

/** Flags that every verb takes. */
export interface GlobalFlags {
  json?: boolean;
  quiet?: boolean;
  color?: boolean;
  address?: string;
  namespace?: string;
  temporalProfile?: string;
}

/** What a verb may touch of the world. Verbs return data; only commands/ and the follower print. */
export interface CliContext {
  env: NodeJS.ProcessEnv;
  cwd: string;
  home: Home;
  json: boolean;
  quiet: boolean;
  /** Where a Temporal server is, as far as flags say; the environment and Temporal's profile file come after. */
  connection: { address?: string; namespace?: string; profile?: string };
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** For stdout and for stderr: only one of them may be a terminal. */
  style: Style;
  errStyle: Style;
  /** Shown in the live view below the run, for whoever starts one and has more to say. */
  announcements?: string[];
  /** Stdout is for the result alone, so that progress goes to stderr as lines. Default: with `json`. */
  stdoutIsTaken?: boolean;
  /** Whose token a request over the network brought, in place of the user of this process. */
  person?: string;
}

export function contextFrom(flags: GlobalFlags): CliContext {
  const { env, stdout, stderr } = process;
  const colour = flags.color !== false;
  return {
    env,
    cwd: process.cwd(),
    home: homeFrom(env),
    json: flags.json === true,
    quiet: flags.quiet === true,
    connection: {
      ...(flags.address === undefined ? {} : { address: flags.address }),
      ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
      ...(flags.temporalProfile === undefined ? {} : { profile: flags.temporalProfile }),
    },
    stdout,
    stderr,
    style: styleFor(colour && wantsColour(stdout, env)),
    errStyle: styleFor(colour && wantsColour(stderr, env)),
  };
}

/** One line for a person, on stderr so that stdout stays what was asked for. */
export function note(context: CliContext, text: string): void {
  if (!context.quiet) context.stderr.write(`${text}\n`);
}

/** Prints what a verb returned: as JSON, or in words. */
export function emit<T>(context: CliContext, data: T, words: (data: T, style: Style) => string): void {
  context.stdout.write(context.json ? jsonText(data) : `${words(data, context.style)}\n`);
}

/** Who acts, for the decision log: the name of a token, else `user@host`. */
export function whoActs({ env, person }: Pick<CliContext, 'env' | 'person'>): string {
  if (person !== undefined) return person;
  let user = env['USER'] || env['USERNAME'];
  try {
    user ||= userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    user ||= `uid ${process.getuid?.() ?? '?'}`;
  }
  return `${user}@${hostname()}`;
}
