import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { RunModel } from '../core/run/model.js';

/** Null where a person stopped the run meanwhile: then nothing more is worth waiting for. */
export async function unlessStopped<T>(model: RunModel, work: () => Promise<T>): Promise<T | null> {
  const scope = new CancellationScope();
  let ended = false;
  const watch = condition(() => model.stopping || ended).then(() => void (ended || scope.cancel()), () => undefined);
  try {
    return await scope.run(work);
  } catch (error) {
    if (isCancellation(error) && model.stopping && !CancellationScope.current().consideredCancelled) return null;
    throw error;
  } finally {
    ended = true;
    await watch;
  }
}
