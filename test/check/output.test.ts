import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrintedOutput, writtenOutput, type Output } from '../../src/check/output.js';

let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'perfloop-output-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

const replacement = Buffer.from('\uFFFD');

/** As a command prints it, byte by byte. */
function printed(bytes: Buffer): Output {
  const output = new PrintedOutput();
  for (const byte of bytes) output.append(Buffer.from([byte]));
  return output.output(bytes.toString('utf8'));
}

async function written(bytes: Buffer): Promise<Output | string> {
  await writeFile(join(dir, 'out'), bytes);
  return writtenOutput(dir, 'out');
}

describe.each([
  ['U+FFFD itself', Buffer.concat([Buffer.from('a "'), replacement, Buffer.from('" b')]), true],
  ['characters of two, three and four bytes', Buffer.from('é € 😀'), true],
  ['a byte order mark', Buffer.from('\uFEFF1'), true],
  ['nothing', Buffer.alloc(0), true],
  ['a byte that is none of UTF-8', Buffer.from([0x61, 0xff, 0x62]), false],
  // Its text is as long as it is: three bytes of four become U+FFFD, of three bytes.
  ['half a character at the end', Buffer.from('😀').subarray(0, 3), false],
  ['half a character, and more text', Buffer.concat([Buffer.from('😀').subarray(0, 3), Buffer.from('b')]), false],
] as const)('output with %s', (_what, bytes, whole) => {
  it(`is ${whole ? 'text' : 'no text'}, printed or written`, async () => {
    expect(printed(bytes)).toMatchObject({ bytes: bytes.byteLength, whole });
    expect(await written(bytes)).toMatchObject({ bytes: bytes.byteLength, text: bytes.toString('utf8'), whole });
  });
});
