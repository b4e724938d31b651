import type Database from '../../store/sqlite.js';
import { chargeCalls, waitingTime } from './charge-calls.js';
import { chargeStack } from './charge-stack.js';
import type { CountedProfile, Frame, ProfileSource, SampledProfile, StackNode } from './model.js';

/** Writes profiles into a fresh database that has the schema. Strings and frames are shared among all of them. */
export class ProfileWriter {
  readonly #strings = new Map<string, number>();
  readonly #frames = new Map<string, number>();
  readonly #statements = new Map<string, Database.Statement>();
  /** Of the strings that are there already; each has a row of its own all the same. */
  readonly #lastString: number;
  #profiles = 0;
  /** Threads that were seen in the same stack share it. */
  readonly #stacks = new Map<StackNode, number>();
  #events = 0;

  constructor(private readonly db: Database.Database) {
    this.#lastString = db.prepare<[], number | null>(`SELECT MAX(id) FROM StringIds WHERE id < ${2 ** 52}`).pluck().get() ?? 0;
  }

  sampled(profile: SampledProfile): void {
    this.#samples(this.#profile(profile.source), profile);
  }

  /** The same of a thread whose serialized id is known, with its process. */
  sampledOf(profile: SampledProfile, globalTid: bigint): void {
    this.#samples(this.thread(profile.source, globalTid), profile);
  }

  #samples(id: number, profile: SampledProfile): void {
    for (const stack of profile.stacks) this.#stack(stack);
    const offset = profile.source.startNs ?? 0;
    for (const { stack, startNs, durationNs } of profile.samples) {
      const event = (this.#events += 1);
      this.#run('INSERT INTO COMPOSITE_EVENTS (id, start, globalTid) SELECT ?, ?, globalTid FROM PERFLOOP_PROFILES WHERE id = ?', event, offset + startNs, id);
      this.sample(event, id, stack, durationNs);
    }
    for (const { frame, line, ns } of profile.lines) this.#run('INSERT INTO PERFLOOP_LINES (frame, line, ns) VALUES (?, ?, ?)', this.#frame(frame), line, ns);
  }

  /** A sample of an event that is there already, of what `thread` gave. */
  sample(event: number, profile: number, stack: StackNode, durationNs: number): void {
    this.#run('INSERT INTO PERFLOOP_SAMPLES (event, profile, stack, durationNs) VALUES (?, ?, ?, ?)', event, profile, this.#stack(stack), durationNs);
  }

  /** What one profiler saw of one thread, by its serialized id; gives its number. */
  thread({ fileName, kind, startNs, endNs }: Pick<ProfileSource, 'fileName' | 'kind' | 'startNs' | 'endNs'>, globalTid: bigint): number {
    const id = (this.#profiles += 1);
    this.#run('INSERT INTO PERFLOOP_PROFILES (id, file, kind, globalTid, startNs, endNs) VALUES (?, ?, ?, ?, ?, ?)', id, fileName, kind, globalTid, startNs, endNs);
    return id;
  }

  counted(profile: CountedProfile): void {
    const id = this.#profile(profile.source);
    const waiting = waitingTime(profile);
    for (const fn of profile.functions) {
      this.#run(
        'INSERT INTO PERFLOOP_FUNCTIONS (profile, frame, calls, primitiveCalls, selfNs, totalNs, waitNs) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id, this.#frame(fn.frame), fn.calls, fn.primitiveCalls, fn.selfNs, fn.totalNs, waiting.get(fn) ?? 0,
      );
    }
    for (const { caller, callee, calls, primitiveCalls, selfNs, totalNs } of profile.calls) {
      this.#run(
        'INSERT INTO PERFLOOP_CALLS (profile, caller, callee, calls, primitiveCalls, selfNs, totalNs) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id, this.#frame(caller.frame), this.#frame(callee.frame), calls, primitiveCalls, selfNs, totalNs,
      );
    }
    for (const { category, frame, via, ns } of chargeCalls(profile)) {
      this.#run('INSERT INTO PERFLOOP_CHARGES (profile, category, frame, via, ns) VALUES (?, ?, ?, ?, ?)', id, category, frame && this.#frame(frame), this.#frame(via), ns);
    }
  }

  /** What a reader should know of the import. */
  note(text: string): void {
    this.#run('INSERT INTO PERFLOOP_NOTES (text) VALUES (?)', text);
  }

  #profile(source: ProfileSource): number {
    const { pid, tid, name, threadName } = source;
    const id = this.thread(source, BigInt(pid) * 0x1000000n + BigInt(tid));
    this.#run('INSERT INTO PROCESSES (globalPid, pid, name) SELECT ? * 0x1000000, ?, ? WHERE NOT EXISTS (SELECT 1 FROM PROCESSES WHERE pid = ?)', pid, pid, name, pid);
    this.#run('INSERT INTO ThreadNames (nameId, globalTid) VALUES (?, ? * 0x1000000 + ?)', this.#string(threadName), pid, tid);
    return id;
  }

  #stack(node: StackNode): number {
    const known = this.#stacks.get(node);
    if (known !== undefined) return known;
    const id = this.#stacks.size + 1;
    this.#stacks.set(node, id);
    let depth = 0;
    for (let at: StackNode | null = node; at; at = at.parent) {
      if (at.frame.kind === 'root') continue;
      this.#run('INSERT INTO PERFLOOP_STACK_FRAMES (stack, stackDepth, frame) VALUES (?, ?, ?)', id, depth, this.#frame(at.frame));
      depth += 1;
    }
    const { charged, category } = chargeStack(node);
    this.#run('INSERT INTO PERFLOOP_STACKS (id, leaf, charged, category) VALUES (?, ?, ?, ?)', id, this.#frame(node.frame), charged && this.#frame(charged), category);
    return id;
  }

  #frame(frame: Frame): number {
    const key = `${frame.module}\0${frame.name}\0${frame.line ?? ''}\0${frame.column ?? ''}\0${frame.kind}`;
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const id = this.#frames.size + 1;
    this.#frames.set(key, id);
    this.#run('INSERT INTO PERFLOOP_FRAMES (id, symbol, module, line, columnNumber, kind) VALUES (?, ?, ?, ?, ?, ?)', id, this.#string(frame.name), this.#string(frame.module), frame.line, frame.column, frame.kind);
    return id;
  }

  #string(value: string): number {
    const known = this.#strings.get(value);
    if (known !== undefined) return known;
    const id = this.#lastString + this.#strings.size + 1;
    this.#strings.set(value, id);
    this.#run('INSERT INTO StringIds (id, value) VALUES (?, ?)', id, value);
    return id;
  }

  /** Numbers are bound as 64-bit integers, so that no id or time becomes a floating-point value. */
  #run(sql: string, ...values: (string | number | bigint | null | undefined)[]): void {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.db.prepare(sql)));
    statement.run(...values.map((value) => (typeof value === 'number' ? BigInt(Math.round(value)) : (value ?? null))));
  }
}
