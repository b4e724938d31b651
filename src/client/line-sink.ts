import { eventsBetween, samplingNews, type RunEvent, type SamplingEvent } from './events.js';
import type { Sink } from './follow.js';
import { eventLine, type LinkEvent } from './print/events.js';
import type { Link, Look } from './observe.js';
import type { RunStatus, StageProgress } from '../core/status.js';
import type { Style } from './style.js';

export const linkText: Record<Exclude<Link, 'ok'>, string> = {
  'worker-away': 'worker away, waiting: it goes on when one is back (`perfloop up`, or `perfloop worker`)',
  'server-away': 'server away, trying again; nothing is lost (`perfloop up` starts the local one; `perfloop doctor`)',
};

/** One line for each event: for logs, pipes and screen readers. */
export class LineSink implements Sink {
  private status: RunStatus | null = null;
  private link: Link = 'ok';
  private readonly sampled = new Map<string, StageProgress>();

  constructor(
    private readonly write: (text: string) => void,
    private readonly style: Style,
    private readonly now: () => number = Date.now,
  ) {}

  show({ status, sampling, link }: Look): void {
    this.showLink(link);
    if (status === null) return;
    // The error is said in full when the command ends.
    for (const event of eventsBetween(this.status, status)) if (event.kind !== 'error') this.line(event, status);
    this.status = status;
    for (const { of, progress } of sampling) {
      if (samplingNews(this.sampled.get(of) ?? null, progress)) this.line({ kind: 'sampling', of, progress }, status);
      this.sampled.set(of, progress);
    }
  }

  close(): void {
    // Every line is complete already.
  }

  private showLink(link: Link): void {
    if (link === this.link) return;
    this.link = link;
    this.line({ kind: 'link', text: link === 'ok' ? 'connected again' : linkText[link] }, this.status);
  }

  private line(event: RunEvent | SamplingEvent | LinkEvent, status: RunStatus | null): void {
    const elapsed = status === null ? 0 : (status.endedAt ?? this.now()) - status.startedAt;
    this.write(`${eventLine(event, elapsed, this.style)}\n`);
  }
}
