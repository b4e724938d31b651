import type { Plan } from './graph/node.js';
import { begin } from './machine/begin.js';
import { complete, type Outcome } from './machine/complete.js';
import { end, type End } from './machine/end.js';
import type { ErrorInfo } from './machine/errors.js';
import { expire, nextDeadline, stop, toCancel } from './machine/expire.js';
import { ready, type Work } from './machine/ready.js';
import { start, type StartOptions } from './machine/start.js';
import type { Machine } from './machine/state.js';
import type { StateView } from './keys/view.js';

/** Times in milliseconds. A test gives one of its own, so that it need not wait. */
export interface Clock {
  now: () => number;
  /** Calls back once, not before so much time has passed; returns how to call that off. */
  after: (ms: number, call: () => void) => () => void;
}

export interface Execution {
  name: string;
  type: string;
  count: number;
  attempt: number;
  /** See {@link Work.input}. */
  readonly input: unknown;
  readonly state: StateView;
  /** Aborts when the execution is no longer wanted. */
  readonly signal: AbortSignal;
  settings: Readonly<Record<string, unknown>>;
  /** After this execution the run goes on at another step. */
  jump: (to: string, input?: unknown) => void;
}

/** Returns the output; throwing fails the attempt. */
export type Handler = (execution: Execution) => unknown;

export interface InProcessOptions extends StartOptions {
  clock: Clock;
  /** Steps that run at once. Default: all that are ready. */
  concurrency?: number;
  signal?: AbortSignal;
  /** An execution that is no longer wanted and goes on for so long is left alone, and its end ignored. Default: 5 s. */
  abandonAfter?: number;
}

/** Runs a plan in this process: a handler for each name or type of step. A step without a handler fails. */
export async function runInProcess(plan: Plan, handlers: Readonly<Record<string, Handler>>, options: InProcessOptions): Promise<End> {
  return driveInProcess(start(plan, options, options.clock.now()), handlers, options);
}

/** Goes on with a machine, for one that was loaded. */
export async function driveInProcess(machine: Machine, handlers: Readonly<Record<string, Handler>>, options: Omit<InProcessOptions, keyof StartOptions>): Promise<End> {
  return new Driver(machine, handlers, options).run();
}

class Driver {
  private readonly machine: Machine;
  private readonly handlers: Readonly<Record<string, Handler>>;
  private readonly options: Omit<InProcessOptions, keyof StartOptions>;
  private readonly running = new Map<string, Running>();
  private wake: () => void = () => {};
  private ended: End | null = null;

  constructor(machine: Machine, handlers: Readonly<Record<string, Handler>>, options: Omit<InProcessOptions, keyof StartOptions>) {
    this.machine = machine;
    this.handlers = handlers;
    this.options = options;
  }

  async run(): Promise<End> {
    const { signal, clock } = this.options;
    const onAbort = (): void => {
      stop(this.machine, 'aborted', clock.now());
      this.wake();
    };
    if (signal?.aborted === true) stop(this.machine, 'aborted', clock.now());
    signal?.addEventListener('abort', onAbort);
    try {
      for (this.ended = end(this.machine); this.ended === null; this.ended = end(this.machine)) await this.round();
      return this.ended;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Begins what is ready, and waits for something to happen. */
  private async round(): Promise<void> {
    const { clock, concurrency = Number.POSITIVE_INFINITY } = this.options;
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    const now = clock.now();
    let due = nextDeadline(this.machine) ?? Number.POSITIVE_INFINITY;
    for (const work of ready(this.machine, now, Math.max(0, concurrency - this.running.size))) {
      if (work.delayMs > 0) due = Math.min(due, now + work.delayMs);
      else this.launch(work, now);
    }
    for (const { name, reason } of toCancel(this.machine)) this.running.get(name)?.cancel(reason.kind);
    due = Math.min(due, nextDeadline(this.machine) ?? Number.POSITIVE_INFINITY);
    if (this.running.size === 0 && due === Number.POSITIVE_INFINITY) throw new Error('nothing runs, nothing is ready, and the run has not ended');
    const callOff = due === Number.POSITIVE_INFINITY ? null : clock.after(Math.max(0, due - now), () => this.wake());
    await woken;
    callOff?.();
    if (due <= clock.now()) expire(this.machine, clock.now());
  }

  private launch(work: Work, now: number): void {
    begin(this.machine, work.name, now);
    const running = new Running(work, this.options, (outcome) => this.over(work.name, running, outcome));
    this.running.set(work.name, running);
    const { type } = work.step.definition;
    running.start(this.handler(work.name) ?? this.handler(type));
  }

  private handler(name: string): Handler | undefined {
    return Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
  }

  private over(name: string, which: Running, outcome: Outcome): void {
    if (this.running.get(name) !== which) return;
    this.running.delete(name);
    complete(this.machine, name, outcome, this.options.clock.now());
    this.wake();
  }
}

class Running implements Execution {
  readonly name: string;
  readonly type: string;
  readonly count: number;
  readonly attempt: number;
  private readonly work: Work;
  private readonly options: Omit<InProcessOptions, keyof StartOptions>;
  private readonly over: (outcome: Outcome) => void;
  /** Made when it is asked for: most handlers never do, and it costs more than a step. */
  private controller: AbortController | null = null;
  private cancelled: string | null = null;
  private asked: { to: string; input?: unknown } | undefined = undefined;

  constructor(work: Work, options: Omit<InProcessOptions, keyof StartOptions>, over: (outcome: Outcome) => void) {
    this.work = work;
    this.name = work.name;
    this.type = work.step.definition.type;
    this.count = work.count;
    this.attempt = work.attempt;
    this.options = options;
    this.over = over;
  }

  get input(): unknown {
    return this.work.input;
  }

  get state(): StateView {
    return this.work.state;
  }

  get settings(): Readonly<Record<string, unknown>> {
    return this.work.step.definition;
  }

  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.cancelled !== null) this.controller.abort(this.cancelled);
    }
    return this.controller.signal;
  }

  jump = (to: string, input?: unknown): void => {
    this.asked = input === undefined ? { to } : { to, input };
  };

  /** The end always comes later, also of a handler that is no promise: the driver is in the middle of beginning others. */
  start(handler: Handler | undefined): void {
    void this.execute(handler).then((output) => this.done(output), (error: unknown) => this.failed(error));
  }

  private async execute(handler: Handler | undefined): Promise<unknown> {
    if (handler === undefined) throw new Error(`there is no handler for step ${this.name} or its type ${this.type}`);
    return handler(this);
  }

  cancel(reason: string): void {
    if (this.cancelled !== null) return;
    this.cancelled = reason;
    this.controller?.abort(reason);
    this.options.clock.after(this.options.abandonAfter ?? 5_000, () => this.over({ kind: 'cancelled' }));
  }

  private done(output: unknown): void {
    this.over({ kind: 'done', output, writes: this.work.state.changes(), ...(this.asked === undefined ? {} : { jump: this.asked }) });
  }

  private failed(error: unknown): void {
    this.over({ kind: 'failed', error: errorInfo(error, 0) });
  }
}

const deepestCause = 20;

function errorInfo(error: unknown, depth: number): ErrorInfo {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause === undefined || depth >= deepestCause ? {} : { cause: errorInfo(error.cause, depth + 1) };
  return { message: error.message, ...code, ...cause };
}
