import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

const { noop } = proxyActivities({ startToCloseTimeout: '1 minute' });

/** Waits for the signal `finish`, with an activity before and after. */
export async function waitForSignal() {
  let finished = false;
  setHandler(defineSignal('finish'), () => {
    finished = true;
  });
  await noop();
  await condition(() => finished);
  await noop();
  return 'finished';
}
