import { InvalidArgumentError, type Command } from 'commander';
import { emit, note } from '../context.js';
import { declareVerb, port, type Finish } from './declare.js';

/** The verb that lets the tools of Temporal read what perfloop encrypts. */
export function declareCodecVerbs(program: Command, finish: Finish): void {
  declareVerb<{ port?: number; host?: string; origin?: string[]; open?: boolean }>(program, finish, {
    usage: 'codec-server',
    summary: 'decrypt payloads for the Temporal UI and the `temporal` command',
    details: 'Needs the keys in PERFLOOP_CODEC_KEYS. Who decrypts brings a token with the role admin (perfloop token). --namespace serves that one alone. Ctrl-C ends it.',
    options: [
      ['--port <port>', 'where it listens (default: 8234)', port],
      ['--host <address>', 'on which address (default: 127.0.0.1); put TLS in front of any other'],
      ['--origin <url...>', 'of a Temporal UI whose pages may ask; that of the local engine may', origin],
      ['--open', 'ask for no token; on the loopback alone'],
    ],
    examples: ['perfloop codec-server --open', 'perfloop codec-server --origin https://temporal.example.org', "temporal workflow show -w RUN --codec-endpoint http://127.0.0.1:8234 --codec-auth 'Bearer plt_…'"],
    async action(context, { port = 8234, host = '127.0.0.1', origin: origins = [], open = false }) {
      const { codecServer } = await import('../verbs/codec-server.js');
      const { detachOnSignals } = await import('../follow.js');
      const { namespace } = context.connection;
      const result = await codecServer(
        { home: context.home, env: context.env, port, host, origins, open, ...(namespace === undefined ? {} : { namespace }) },
        {
          onReady: (endpoint, allowed) => note(context, `codec server at ${endpoint}; pages that may ask: ${allowed.join(', ') || 'none (--origin)'}; Ctrl-C ends it`),
          onRequest: (line) => note(context, line),
          signal: detachOnSignals().signal,
        },
      );
      emit(context, result, () => 'stopped');
      return 0;
    },
  });
}

function origin(text: string, earlier: unknown): string[] {
  if (!URL.canParse(text) || new URL(text).origin !== text) throw new InvalidArgumentError('It must be scheme, host and port alone, such as https://temporal.example.org.');
  return [...(Array.isArray(earlier) ? (earlier as string[]) : []), text];
}
