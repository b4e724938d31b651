import type { CliContext } from './context.js';
import type { Sink } from './follow.js';
import { LineSink } from './line-sink.js';
import { ScreenSink } from './screen-sink.js';
import { plain, wantsUnicode } from './style.js';

const silent: Sink = { show: () => undefined, close: () => undefined };

/** The live view on a terminal, lines elsewhere; where stdout is for the result alone (--json) the lines go to stderr, with --quiet nowhere. */
export function sinkFor(context: CliContext): Sink {
  const { stdout, stderr, env } = context;
  if (context.quiet) return silent;
  if (context.stdoutIsTaken ?? context.json) return new LineSink((text) => stderr.write(text), context.errStyle);
  if (stdout.isTTY && env['TERM'] !== 'dumb') return new ScreenSink(stdout, { colour: context.style !== plain, unicode: wantsUnicode(env), announcements: context.announcements ?? [] });
  return new LineSink((text) => stdout.write(text), context.style);
}
