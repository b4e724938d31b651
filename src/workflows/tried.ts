import { isCancellation } from '@temporalio/workflow';
import { describeFailure } from './failures.js';

/** Where a workflow that goes on for ever shows what fails: null after what did not. Only a cancellation ends it; null stands for a result that is not there. */
export async function tried<T>(state: { problem: string | null }, work: () => Promise<T>): Promise<T | null> {
  try {
    const result = await work();
    state.problem = null;
    return result;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { code, message } = describeFailure(error);
    state.problem = `${code}: ${message}`;
    return null;
  }
}
