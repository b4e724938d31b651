import { readState } from '../../worker/engine/state.js';
import type { CliContext } from '../context.js';
import { RunObserver } from '../observe.js';
import type { Session } from '../session.js';

/** What was seen of the kill: how many pairs there were before it, and with how many sampling went on. */
export interface Kill {
  trial: string;
  pid: number;
  pairsBefore: number;
  pairsResumed: number | null;
  /** Seconds from the kill until a pair was added. */
  seconds: number | null;
}

/** Pairs that must be there before the kill, so that something could be lost. */
const enoughPairs = 3;
const pace = 100;

/** Waits until a trial of the run samples, kills the worker with SIGKILL, and sees with which pair it goes on. */
export async function killWorkerOnce(context: CliContext, session: Session, run: string, over: AbortSignal, say: (text: string) => void): Promise<Kill | null> {
  const observer = new RunObserver(session.client, run, () => null);
  let kill: Kill | null = null;
  let at = 0;
  while (!over.aborted) {
    const { sampling } = await observer.look();
    const current = sampling.find(({ of, progress }) => of !== 'warmup' && (progress.stage === 'screen' || progress.stage === 'confirm'));
    if (current !== undefined && current.progress.doing !== 'building') {
      const { of, progress } = current;
      if (kill === null && progress.pairs >= enoughPairs && progress.pairs < progress.nextLook) {
        const worker = readState(context.home)?.worker;
        if (worker) {
          kill = { trial: of, pid: worker.pid, pairsBefore: progress.pairs, pairsResumed: null, seconds: null };
          at = performance.now();
          process.kill(worker.pid, 'SIGKILL');
          say(`kill -9 ${worker.pid}: the worker is dead, in the middle of ${of}, after ${progress.pairs} pairs`);
        }
      } else if (kill !== null && of === kill.trial && progress.resumed > 0) {
        kill.pairsResumed = progress.resumed;
        kill.seconds = (performance.now() - at) / 1000;
        say(`a new worker goes on with ${of} at pair ${progress.resumed + 1}, ${kill.seconds.toFixed(1)} s after the kill: nothing was measured twice`);
        return kill;
      } else if (kill !== null && of !== kill.trial) return kill;
    }
    await new Promise((resolve) => setTimeout(resolve, pace));
  }
  return kill;
}
