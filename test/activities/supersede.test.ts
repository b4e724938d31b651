import { expect, it } from 'vitest';
import { supersede } from '../../src/activities/supersede.js';

const never = new AbortController().signal;

/** Work that goes on until it is told to end, and then takes its time. */
function slow(events: string[], name: string): (signal: AbortSignal) => Promise<string> {
  return async (signal) => {
    events.push(`${name} begins`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await new Promise((resolve) => setImmediate(resolve));
    events.push(`${name} is gone`);
    throw signal.reason as Error;
  };
}

it('ends the earlier attempt of the same work before a later one begins', async () => {
  const events: string[] = [];
  const first = supersede('work', never, slow(events, 'first')).catch((error: unknown) => error);
  const second = supersede('work', never, slow(events, 'second')).catch((error: unknown) => error);
  const third = supersede('work', never, async () => {
    events.push('third begins');
    return 'done';
  });
  expect(await third).toBe('done');
  expect(await first).toMatchObject({ message: 'a later attempt takes over' });
  expect(await second).toMatchObject({ message: 'a later attempt takes over' });
  expect(events).toEqual(['first begins', 'first is gone', 'second begins', 'second is gone', 'third begins']);
});

it('lets other work be, and passes on a cancel', async () => {
  const cancel = new AbortController();
  const events: string[] = [];
  const one = supersede('one', cancel.signal, slow(events, 'one'));
  expect(await supersede('other', never, async () => 'done')).toBe('done');
  expect(events).toEqual(['one begins']);
  cancel.abort(new Error('cancelled'));
  await expect(one).rejects.toThrow('cancelled');
});
