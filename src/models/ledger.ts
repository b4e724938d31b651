import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { appendSynced } from '../store/atomic-file.js';
import { metrics } from '../telemetry/metrics.js';

/** What was used, or is reserved. */
export interface Spend {
  tokens: number;
  /** US dollars; null where the price is not known. */
  money: number | null;
}

/** Hard limits of a run; null: none. */
export interface SpendLimits {
  tokens: number | null;
  /** US dollars. */
  money: number | null;
}


export interface Totals {
  calls: number;
  tokens: number;
  /** US dollars. */
  money: number;
  /** Calls whose price nobody knows: they are not in `money`. */
  unpriced: number;
}

export interface Reservation {
  /** Says what it came to; what is settled twice counts once. */
  settle(actual: Spend): Promise<void>;
}

type Line = { id: string; what: 'begin'; by: string; tokens: number; money: number | null } | { id: string; what: 'end'; tokens: number; money: number | null };

/** Opened in this process, by file: several conversations of a run share one. */
const opened = new Map<string, Promise<Ledger>>();

/**
 * What a run spends on models and agents: a line of JSON when a call begins, with an upper estimate, and one when it has
 * ended, each fsynced. A call that was under way when its process was killed counts by its estimate, since it may have
 * been paid.
 */
export class Ledger {
  readonly #entries = new Map<string, Spend & { by: string; settled: boolean }>();
  #count = 0;

  private constructor(private readonly path: string) {}

  /** The ledger of a file; one in a process, for as long as that lives. */
  static async of(path: string): Promise<Ledger> {
    const found = opened.get(path) ?? Ledger.#open(path);
    opened.set(path, found);
    try {
      return await found;
    } catch (error) {
      opened.delete(path);
      throw error;
    }
  }

  static async #open(path: string): Promise<Ledger> {
    await mkdir(dirname(path), { recursive: true });
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const ledger = new Ledger(path);
    // A torn last line must not swallow the next one.
    if (text !== '' && !text.endsWith('\n')) await appendSynced(path, '\n');
    for (const line of text.split('\n')) ledger.#take(parsed(line));
    return ledger;
  }

  /** What was spent, what is under way included. */
  get totals(): Totals {
    const entries = [...this.#entries.values()];
    return {
      calls: entries.length,
      tokens: entries.reduce((sum, { tokens }) => sum + tokens, 0),
      money: entries.reduce((sum, { money }) => sum + (money ?? 0), 0),
      unpriced: entries.filter(({ money }) => money === null).length,
    };
  }

  /** The most that one who is known by this name has used at once; nothing where it has not ended anything. */
  mostOf(by: string): Spend {
    const ended = [...this.#entries.values()].filter((entry) => entry.by === by && entry.settled);
    return { tokens: Math.max(0, ...ended.map(({ tokens }) => tokens)), money: Math.max(0, ...ended.map(({ money }) => money ?? 0)) };
  }

  /** Why a call of this size must not begin; null when it may. */
  refusal({ tokens, money }: Spend, limits: SpendLimits): string | null {
    const spent = this.totals;
    if (limits.tokens !== null && spent.tokens + tokens > limits.tokens) return `the budget of ${limits.tokens} tokens does not hold another call of up to ${tokens}: ${spent.tokens} are used or under way`;
    if (limits.money !== null && spent.money + (money ?? 0) > limits.money) return `the budget of $${limits.money} does not hold another call of up to $${(money ?? 0).toFixed(4)}: $${spent.money.toFixed(4)} are used or under way`;
    return null;
  }

  /** Reserves what a call may use at most. Throws PL_BUDGET_SPENT when the limits do not hold it. */
  async begin(by: string, atMost: Spend, limits: SpendLimits): Promise<Reservation> {
    const why = this.refusal(atMost, limits);
    if (why !== null) throw new PerfloopError('PL_BUDGET_SPENT', why, { where: '[budget]', fix: 'Raise tokens or money under [budget] of perfloop.toml for the next run.' });
    const id = `${process.pid}-${Date.now()}-${(this.#count += 1)}`;
    // Counted before anything is awaited: another call may be about to begin.
    this.#entries.set(id, { ...atMost, by, settled: false });
    await this.#write({ id, what: 'begin', by, ...atMost });
    return {
      settle: async ({ tokens, money }) => {
        if (this.#entries.get(id)?.settled === true) return;
        this.#entries.set(id, { tokens, money, by, settled: true });
        countSpend(by, { tokens, money });
        await this.#write({ id, what: 'end', tokens, money });
      },
    };
  }

  async #write(line: Line): Promise<void> {
    await appendSynced(this.path, `${JSON.stringify(line)}\n`);
  }

  #take(line: Line | null): void {
    if (line === null) return;
    const by = line.what === 'begin' ? line.by : (this.#entries.get(line.id)?.by ?? '');
    this.#entries.set(line.id, { tokens: line.tokens, money: line.money, by, settled: line.what === 'end' });
  }
}

function countSpend(by: string, { tokens, money }: Spend): void {
  metrics.modelTokens.add(tokens, { by });
  if (money === null) metrics.unpricedCalls.add(1, { by });
  else metrics.modelCallDollars.observe(money, { by });
}

/** Null for a line that a crash has torn. */
function parsed(line: string): Line | null {
  try {
    const value = JSON.parse(line) as Line;
    return typeof value.id === 'string' && typeof value.tokens === 'number' ? value : null;
  } catch {
    return null;
  }
}
