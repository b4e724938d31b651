import { join } from 'node:path';
import { readState } from '../../worker/engine/state.js';
import type { CliContext } from '../context.js';
import { RunObserver } from '../observe.js';
import type { Session } from '../session.js';
import { wentOn, type WentOn } from './went-on.js';

/** Whose worker was killed, and how its sampling went on; null when it was not seen to. */
export interface Kill {
  trial: string;
  wentOn: WentOn | null;
}

/** Pairs that must be there before the kill, so that something could be lost. */
const enoughPairs = 3;
const pace = 100;

/** Waits until a trial of the run samples, kills the worker with SIGKILL, and sees with which pair it goes on. */
export async function killWorkerOnce(context: CliContext, session: Session, run: string, over: AbortSignal, say: (text: string) => void): Promise<Kill | null> {
  const killed = await killWhileSampling(context, session, run, over, say);
  if (killed === null) return null;
  const { trial, at } = killed;
  for (let last = false; ; last = over.aborted) {
    const on = await wentOn(join(context.home.logs, run, trial), at);
    if (on !== null) {
      say(`a new worker goes on with ${trial} at pair ${on.pairs + 1}, ${on.seconds.toFixed(1)} s after the kill: nothing was measured twice`);
      return { trial, wentOn: on };
    }
    if (last) return { trial, wentOn: null };
    await pause();
  }
}

async function killWhileSampling(context: CliContext, session: Session, run: string, over: AbortSignal, say: (text: string) => void): Promise<{ trial: string; at: number } | null> {
  const observer = new RunObserver(session.client, run, () => null);
  while (!over.aborted) {
    const { sampling } = await observer.look();
    const current = sampling.find(({ of, progress }) => of !== 'warmup' && (progress.stage === 'screen' || progress.stage === 'confirm'));
    const worker = readState(context.home)?.worker;
    if (current !== undefined && worker && current.progress.doing !== 'building' && current.progress.pairs >= enoughPairs && current.progress.pairs < current.progress.nextLook) {
      const { of } = current;
      const at = Date.now();
      process.kill(worker.pid, 'SIGKILL');
      say(`kill -9 ${worker.pid}: the worker is dead, in the middle of the samples of ${of}`);
      return { trial: of, at };
    }
    await pause();
  }
  return null;
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, pace));
}
