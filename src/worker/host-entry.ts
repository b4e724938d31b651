import { isGrpcDeadlineError, type Client, type WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../core/duration-text.js';
import { hostMemo, hostSignals, type Drain, type HostAdvert, type HostNews, type HostRecord } from '../core/hosts/host-record.js';
import { workflowTypes } from '../core/inputs.js';
import { queues } from '../core/queues.js';
import type { HostTrouble } from './host-trouble.js';
import type { OpenLeasing } from './leasing.js';
import type { WatchedMemory } from './memory-watch.js';

const lookEveryMs = 5000;
/** The entry of a host that nobody heard of for a day is dropped. */
const speakUpEveryMs = 3_600_000;
/** How long the server may take to answer one look. */
const answerWithinMs = 5000;
/** How long a worker that ends waits for its entry to be closed. */
const farewellMs = 2000;

export interface HostEntryOptions {
  client: Client;
  queuePrefix: string;
  advert: HostAdvert;
  news: () => Omit<HostNews, 'advert'>;
  /** Called each time it looks, with what a person asked for. */
  onDrain: (drain: Drain | null) => void;
  onTrouble: (text: string) => void;
  /** Milliseconds that the server has to answer a look; five seconds by default. */
  answerMs?: number;
}

/**
 * Keeps this host's entry in the list of hosts, a small workflow, true: says what changed, and looks whether a person
 * asked it to drain. A server that does not answer is no reason to stop working.
 */
export class HostEntry {
  private said = '';
  private saidAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private readonly answerMs: number;

  constructor(private readonly options: HostEntryOptions) {
    this.answerMs = options.answerMs ?? answerWithinMs;
  }

  async begin(): Promise<void> {
    await this.lookOnce();
    this.timer = setInterval(() => void this.lookOnce(), lookEveryMs);
  }

  /** Says good-bye, and waits a moment for the list to know. */
  async end(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
    try {
      await this.inTime(async () => this.handle.signal(hostSignals.gone, { pid: this.options.advert.pid }));
      for (const began = performance.now(); performance.now() - began < farewellMs; await sleep(50)) {
        if ((await this.inTime(async () => this.recorded()))?.gone !== false) return;
      }
    } catch (error) {
      this.trouble(error);
    }
  }

  /** One look at a time: a slow server is not asked anew meanwhile. */
  private async lookOnce(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = null));
    await this.looking;
  }

  /** Without a deadline a server that takes the call and says nothing would hold up the worker for good. */
  private async inTime<T>(ask: () => Promise<T>): Promise<T> {
    return this.options.client.withDeadline(Date.now() + this.answerMs, ask);
  }

  private get handle(): WorkflowHandle {
    return this.options.client.workflow.getHandle(this.options.advert.queue);
  }

  private async look(): Promise<void> {
    try {
      const record = await this.inTime(async () => {
        await this.speak();
        return this.recorded();
      });
      // Closed by hand: said anew the next time.
      if (record === null) this.said = '';
      else this.options.onDrain(record.drain);
    } catch (error) {
      this.trouble(error);
    }
  }

  private async speak(): Promise<void> {
    const { client, advert, queuePrefix, news } = this.options;
    const current: HostNews = { advert, ...news() };
    const text = JSON.stringify(current);
    if (text === this.said && Date.now() - this.saidAt < speakUpEveryMs) return;
    const record: HostRecord = { ...current, drain: null, heardAt: Date.now(), gone: false };
    await client.workflow.signalWithStart(workflowTypes.host, {
      workflowId: advert.queue,
      taskQueue: queues.workflows(queuePrefix),
      args: [{ v: 1, record }],
      signal: hostSignals.news,
      signalArgs: [current],
      memo: { [hostMemo]: record },
      staticSummary: `host ${advert.hostname}: ${advert.tags.join(', ')}`,
    });
    [this.said, this.saidAt] = [text, Date.now()];
  }

  /** What the list says of this host; null where it has no entry. */
  private async recorded(): Promise<HostRecord | null> {
    const { status, memo } = await this.handle.describe();
    return status.name === 'RUNNING' ? ((memo?.[hostMemo] as HostRecord | undefined) ?? null) : null;
  }

  private trouble(error: unknown): void {
    const why = isGrpcDeadlineError(error) ? `the Temporal server did not answer within ${formatDuration(this.answerMs)}; it is asked again every ${formatDuration(lookEveryMs)}` : error instanceof Error ? error.message : String(error);
    this.options.onTrouble(`the list of hosts cannot be kept: ${why}`);
  }
}

/** The entry of a worker's host: its leases, and what a person asked of it. */
export function openHostEntry({ leasing, trouble, memory, ...about }: Pick<HostEntryOptions, 'client' | 'queuePrefix' | 'advert'> & { leasing: OpenLeasing; trouble: HostTrouble; memory: WatchedMemory }): HostEntry {
  let troubled = '';
  return new HostEntry({
    ...about,
    news: () => ({
      leases: leasing.book.live().map(({ device, run, tag, since }) => ({ device, run, tag, since })),
      // Of use while it drains; else it would change with every piece of work.
      inHand: leasing.isDraining() ? leasing.inHand.runs.length : 0,
      ending: leasing.isDrainedBy('signal'),
      failures: trouble.failures,
      memory: memory.told,
    }),
    onDrain: (drain) => {
      if ((drain !== null) === leasing.isDrainedBy('person')) return;
      leasing.drain('person', drain !== null);
      console.log(drain === null ? 'takes work again' : `drains, as ${drain.who} asked${drain.reason === '' ? '' : `: ${drain.reason}`}`);
    },
    onTrouble: (text) => {
      if (text !== troubled) console.error(text);
      troubled = text;
    },
  });
}
