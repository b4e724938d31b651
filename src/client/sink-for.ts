import type { Drawn } from '../core/pipeline/drawing/drawn.js';
import type { RunStatus } from '../core/status.js';
import type { CliContext } from './context.js';
import type { Sink } from './follow.js';
import { LineSink } from './line-sink.js';
import { ScreenSink } from './screen-sink.js';
import { plain, wantsUnicode } from './style.js';

const silent: Sink = { show: () => undefined, close: () => undefined };

/** `graph`: of a run whose steps form one. The live view on a terminal, lines elsewhere; where stdout is for the result alone (--json) the lines go to stderr, with --quiet nowhere. */
export function sinkFor(context: CliContext, graph: ((status: RunStatus) => Drawn[]) | null): Sink {
  const { stdout, stderr, env } = context;
  if (context.quiet) return silent;
  if (context.stdoutIsTaken ?? context.json) return new LineSink((text) => stderr.write(text), context.errStyle);
  if (stdout.isTTY && env['TERM'] !== 'dumb') return new ScreenSink(stdout, { colour: context.style !== plain, unicode: wantsUnicode(env), announcements: context.announcements ?? [], graph });
  return new LineSink((text) => stdout.write(text), context.style);
}
