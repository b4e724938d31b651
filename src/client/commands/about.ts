import { InvalidArgumentError, type Command } from 'commander';
import { PerfloopError } from '../../core/errors.js';
import { roles, type Role } from '../access/roles.js';
import { emit, note } from '../context.js';
import { wantsUnicode } from '../style.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs about perfloop itself, and the one that serves it to other programs. */
export function declareAboutVerbs(program: Command, finish: Finish): void {
  declareVerb<{ config?: string; run?: string; listSteps?: boolean; graph?: boolean; mermaid?: boolean }>(program, finish, {
    usage: 'steps [dir]',
    summary: 'list or draw the steps of a round',
    options: [['--config <file>', 'the config (default: perfloop.toml of the folder)'], ['--run <run>', 'those of a run, with the state of each'], ['--list-steps', 'list them, which is the default'], ['--graph', 'draw them in the terminal'], ['--mermaid', 'draw them: prints a Mermaid flowchart']],
    examples: ['perfloop steps', 'perfloop steps ../zlib --graph', 'perfloop steps --run r-k3v7 --graph', 'perfloop steps --mermaid > steps.mmd'],
    async action(context, { mermaid, graph, listSteps, ...flags }, dir) {
      if ([mermaid, graph, listSteps].filter(Boolean).length > 1) throw new PerfloopError('PL_USAGE', 'the steps are either listed or drawn', { where: '--list-steps, --graph, --mermaid', fix: 'Name one of the three.' });
      if (flags.run !== undefined && (flags.config ?? dir) !== undefined) throw new PerfloopError('PL_USAGE', 'a run has the steps of the config that it was started with', { where: '--run', fix: 'Name a run, or a folder and its config.' });
      const options = { dir: dir ?? '.', ...flags };
      if (mermaid === true) {
        const { drawnSteps } = await import('../verbs/steps.js');
        emit(context, await drawnSteps(context, options), (drawn) => drawn.mermaid.trimEnd());
        return 0;
      }
      const { graphOfSteps, steps } = await import('../verbs/steps.js');
      const { printGraph, printSteps } = await import('../print/steps.js');
      if (graph === true && !context.json) emit(context, await graphOfSteps(context, options), (found, style) => printGraph(found, style, { width: context.stdout.columns || 100, unicode: wantsUnicode(context.env) }));
      else emit(context, await steps(context, options), printSteps);
      return 0;
    },
  });

  declareVerb(program, finish, {
    usage: 'demo',
    summary: 'see it work: four acts on a published package, in a temporary folder',
    examples: ['perfloop demo', 'perfloop demo --json'],
    async action(context) {
      const { demo } = await import('../demo/demo.js');
      return await demo(context);
    },
  });

  declareVerb<{ role?: Role[] }>(program, finish, {
    usage: 'token <name>',
    summary: 'make a token for a person or a program, for what perfloop serves over the network',
    details: 'Prints the token, which is kept nowhere, and the table for the file of tokens (PERFLOOP_TOKENS, or tokens.toml of the home), which holds its hash alone. Without a role it reads.',
    options: [['--role <role>', 'what it may do: approve, run or admin (may be repeated)', role]],
    examples: ['perfloop token ada --role approve', 'perfloop token ci --role run --json'],
    async action(context, { role: chosen = [] }, name = '') {
      const { newToken } = await import('../verbs/token.js');
      emit(context, newToken(name, chosen), ({ token, table }) => `the token, shown this once:\n  ${token}\n\nfor the file of tokens:\n${table.trimEnd()}`);
      return 0;
    },
  });

  declareVerb<{ allowWrite?: boolean; http?: { host: string; port: number } }>(program, finish, {
    usage: 'mcp',
    summary: 'serve every tool, the runs and judgements to MCP clients, on stdin and stdout or by HTTP',
    details: 'For the configuration of a client, such as an editor or an agent. Without --allow-write a client reads, and has changes judged by the perfloop.toml of their base; it starts no run and decides nothing. With --http many clients are served; each brings a token, whose roles say what it may (docs/access.md).',
    options: [['--http <host:port>', 'serve by HTTP there, to who brings a token; port 0 is a free one', address], ['--allow-write', 'a client may start runs, approve, steer, and name the commands of a judgement']],
    examples: ['perfloop mcp', 'perfloop mcp --allow-write', 'perfloop mcp --http 127.0.0.1:8321'],
    async action(context, { allowWrite = false, http }) {
      if (http !== undefined) {
        if (allowWrite) throw new PerfloopError('PL_USAGE', 'by HTTP the roles of a token say what a client may', { where: '--allow-write', fix: 'Leave it out, and give tokens roles: docs/access.md.' });
        const { serveHttp } = await import('../mcp/serve-http.js');
        if (!isLoopback(http.host)) note(context, `${context.errStyle('yellow', 'warning')}: tokens cross the network as they are; put TLS in front of ${http.host}`);
        await serveHttp(context, { version: program.version() ?? '', ...http, onListening: (url) => note(context, `serves MCP at ${url}; Ctrl-C ends it`) });
        return 0;
      }
      const { serve } = await import('../mcp/serve.js');
      await serve(context, { version: program.version() ?? '', allowWrite });
      return 0;
    },
  });
}

function address(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const [host, port] = [bracketed ?? plain, Number(digits)];
  if (host === undefined || port > 65_535) throw new InvalidArgumentError('It must be a host and a port, such as 127.0.0.1:8321 or [::1]:8321.');
  return { host, port };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function role(text: string, earlier: unknown): Role[] {
  const found = roles.find((one) => one === text);
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${roles.join(', ')}.`);
  return [...(Array.isArray(earlier) ? (earlier as Role[]) : []), found];
}
