import type { Drawn } from '../core/pipeline/drawing/drawn.js';
import type { RunStatus } from '../core/status.js';
import type { Sink } from './follow.js';
import { linkText } from './line-sink.js';
import type { Look } from './observe.js';
import { renderView } from './view/render.js';

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
/** Terminals that know it show the frame at once; the others ignore it. */
const frame = (text: string): string => `\u001b[?2026h\u001b[H${text.replaceAll('\n', '\u001b[K\r\n')}\u001b[K\u001b[J\u001b[?2026l`;

/**
 * The live view on a terminal, on its alternate screen, so that a resize cannot smear it and nothing of it stays above.
 * The last picture is left on the normal screen when it closes.
 */
export class ScreenSink implements Sink {
  private look: Look | null = null;
  private graph: readonly Drawn[] | null = null;
  private open = true;
  private readonly timer: NodeJS.Timeout;
  private readonly repaint = () => this.paint();
  private readonly suspend = () => {
    this.stream.write(leave);
    process.kill(process.pid, 'SIGSTOP');
  };
  private readonly resume = () => {
    this.stream.write(enter);
    this.paint();
  };
  private readonly restore = () => this.close();

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly options: { colour: boolean; unicode: boolean; announcements: readonly string[]; graph?: ((status: RunStatus) => Drawn[]) | null },
  ) {
    stream.write(enter);
    stream.on('resize', this.repaint);
    process.on('SIGTSTP', this.suspend);
    process.on('SIGCONT', this.resume);
    process.on('exit', this.restore);
    this.timer = setInterval(this.repaint, 250);
    this.timer.unref();
    this.paint();
  }

  show(look: Look): void {
    this.look = look;
    // Once for each look and not for each picture: of many steps it takes a while.
    this.graph = look.status === null ? null : (this.options.graph?.(look.status) ?? null);
    this.paint();
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    clearInterval(this.timer);
    this.stream.off('resize', this.repaint);
    process.off('SIGTSTP', this.suspend);
    process.off('SIGCONT', this.resume);
    process.off('exit', this.restore);
    const last = this.picture(Number.POSITIVE_INFINITY);
    this.stream.write(`${leave}${last}\n\n`);
  }

  private paint(): void {
    if (this.open) this.stream.write(frame(this.picture(this.stream.rows || 24)));
  }

  private picture(height: number): string {
    const width = this.stream.columns || 80;
    if (this.look?.status === undefined || this.look.status === null) return this.look === null || this.look.link === 'ok' ? 'the run is starting' : linkText[this.look.link].slice(0, width);
    const { announcements, colour, unicode } = this.options;
    const notes = this.look.link === 'ok' ? announcements : [...announcements, linkText[this.look.link]];
    return renderView(this.look.status, this.look.sampling, { width, height, now: Date.now(), colour, unicode, notes, graph: this.graph });
  }
}
