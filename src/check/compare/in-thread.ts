import { agreed, atFault } from '../../core/check/comparison.js';
import type { CheckConfig } from '../../core/config/check-schema.js';
import { inThread } from '../../threads/in-thread.js';
import type { Output } from '../output.js';
import { answer, type Compared, type CompareRequest, withItself } from './request.js';

interface Limits {
  signal: AbortSignal;
  /** After this long a comparison counts as failed, in milliseconds. */
  limitMs?: number;
}

const defaultLimitMs = 5 * 60_000;
/** Comparing less than this takes less time than starting a thread. */
const worthAThread = 256 << 10;
const mostHeapMb = 4096;

/** The outputs of one place over all runs. Curves are compared together, the rest run by run: what a thread gets is copied. */
export async function compareOutputs(champion: readonly Output[], candidate: readonly Output[], check: CheckConfig, limits: Limits): Promise<Compared> {
  if (check.compare === 'curve') return compareInThread({ kind: 'outputs', champion, candidate, check }, limits);
  for (const [run, output] of champion.entries()) {
    const compared = await compareInThread({ kind: 'outputs', champion: [output], candidate: candidate.slice(run, run + 1), check }, limits);
    if (!compared.agree) return { ...compared, run };
  }
  return agreed;
}

/**
 * Compares in a thread of its own, so that timers of the caller (heartbeats) go on. A comparison that takes too long, runs
 * out of memory or throws is at the fault of the champion where it does so with the champion on both sides, else of the
 * candidate. Rejects with the reason of the signal alone. Run from TypeScript sources, where no compiled thread exists, it
 * works in the caller's thread, without a limit of time.
 */
export async function compareInThread(request: CompareRequest, limits: Limits): Promise<Compared> {
  const first = await tried(request, limits);
  if (first.ok) return first.compared;
  const again = await tried(withItself(request), limits);
  return atFault(again.ok ? 'candidate' : 'champion', first.problem);
}

type Tried = { ok: true; compared: Compared } | { ok: false; problem: string };

async function tried(request: CompareRequest, { signal, limitMs = defaultLimitMs }: Limits): Promise<Tried> {
  signal.throwIfAborted();
  const late = AbortSignal.timeout(limitMs);
  try {
    const compared = isSmall(request) ? answer(request) : await inThread({ thread: new URL('./thread.js', import.meta.url), request, here: answer, signal: AbortSignal.any([signal, late]), mostHeapMb });
    return { ok: true, compared };
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return { ok: false, problem: `comparing it takes more than ${limitMs / 1000} s` };
    return { ok: false, problem: `it cannot be compared: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isSmall(request: CompareRequest): boolean {
  if (request.kind === 'cases') return false;
  return [...request.champion, ...request.candidate].reduce((sum, { text }) => sum + text.length, 0) < worthAThread;
}
