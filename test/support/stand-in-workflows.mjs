import { condition, defineSignal, proxyActivities, setHandler, upsertSearchAttributes } from '@temporalio/workflow';

const { noop } = proxyActivities({ startToCloseTimeout: '1 minute' });

/** Runs no-op activities one after another. */
export async function sequence(steps) {
  for (let step = 0; step < steps; step++) await noop();
}

/** Sets every search attribute that perfloop sets, then waits for the signal `finish`. */
export async function waitForSignal(attributes) {
  let finished = false;
  setHandler(defineSignal('finish'), () => {
    finished = true;
  });
  upsertSearchAttributes(attributes);
  await condition(() => finished);
}
