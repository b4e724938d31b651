import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { PerfloopError } from '../../src/core/errors.js';
import { inThread } from '../../src/threads/in-thread.js';

// The body of a thread is a compiled module: needs what `npm run build` made.

const dist = new URL('../../dist/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'perfloop-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function body(name: string, work: string): URL {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `import { answerFromThread } from ${JSON.stringify(new URL('threads/answer.js', dist).href)};
import { PerfloopError } from ${JSON.stringify(new URL('core/errors.js', dist).href)};
await answerFromThread(async (request, report) => { ${work} });`);
  return pathToFileURL(file);
}

const here = (): never => {
  throw new Error('it ran in the caller\'s thread');
};

describe('work in a thread', () => {
  it('gives its answer, and its progress on the way', async () => {
    const seen: number[] = [];
    const thread = body('answers', 'for (let i = 1; i <= 3; i++) report(i); return { double: 2 * request.n, big: 2n ** 62n };');
    const answer = await inThread<{ n: number }, object, number>({ thread, request: { n: 21 }, here, onProgress: (at) => seen.push(at) });
    expect(answer).toEqual({ double: 42, big: 2n ** 62n });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('keeps the code of an error of perfloop\'s own, and the message of others', async () => {
    const known = body('known', "throw new PerfloopError('PL_SOME', 'no', { where: 'there', fix: 'mend it' });");
    const error = await inThread({ thread: known, request: {}, here }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PerfloopError);
    expect((error as PerfloopError).toJSON()).toMatchObject({ code: 'PL_SOME', message: 'no', where: 'there', fix: 'mend it' });
    await expect(inThread({ thread: body('other', "throw new RangeError('too far');"), request: {}, here })).rejects.toThrow('too far');
  });

  it('says that a thread ended without an answer', async () => {
    await expect(inThread({ thread: body('ends', 'process.exit(3);'), request: {}, here })).rejects.toThrow('ended with 3 and no answer');
  });

  it('is ended by the signal, with its reason, also where it never yields', async () => {
    const stop = new AbortController();
    const thread = body('spins', 'report(0); for (;;);');
    await expect(inThread<object, never, number>({ thread, request: {}, here, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })).rejects.toThrow('enough');
    await expect(inThread({ thread, request: {}, here, signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('is done in the caller\'s thread where no compiled body is', async () => {
    const seen: number[] = [];
    const answer = await inThread<number, number, number>({ thread: pathToFileURL(join(folder, 'none.js')), request: 4, here: (n, report) => { report(n); return n * n; }, onProgress: (at) => seen.push(at) });
    expect({ answer, seen }).toEqual({ answer: 16, seen: [4] });
  });
});
