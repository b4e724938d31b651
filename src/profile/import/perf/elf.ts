import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What is known of a program or shared object of Linux: where its parts are loaded, and whether it says which line its code is of. */
export interface Elf {
  /** Address of what lies at an offset in the file; null where that is not loaded. */
  addressOf: (offset: number) => number | null;
  hasLines: boolean;
}

const loaded = 1;
const mostHeaders = 4096;

/** Reads the heads of an ELF file of 64 bits, little-endian (elf(5)). Null for any other file. */
export function readElf(file: string): Elf | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    if (!fstatSync(descriptor).isFile()) return null;
    const head = part(descriptor, 0, 64);
    if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2 || head[5] !== 1) return null;
    const programs = table(descriptor, { at: head.readBigUInt64LE(32), size: head.readUInt16LE(54), count: head.readUInt16LE(56), least: 56 });
    const segments = programs.filter((one) => one.readUInt32LE(0) === loaded).map((one) => ({ offset: Number(one.readBigUInt64LE(8)), address: Number(one.readBigUInt64LE(16)), size: Number(one.readBigUInt64LE(32)) }));
    const sections = table(descriptor, { at: head.readBigUInt64LE(40), size: head.readUInt16LE(58), count: head.readUInt16LE(60), least: 64 });
    const names = sections[head.readUInt16LE(62)];
    const texts = names === undefined ? '' : part(descriptor, Number(names.readBigUInt64LE(24)), Math.min(Number(names.readBigUInt64LE(32)), 1 << 20)).toString('latin1');
    return {
      hasLines: /\0\.z?debug_line\0/.test(texts),
      addressOf: (offset) => {
        const segment = segments.find((one) => offset >= one.offset && offset < one.offset + one.size);
        return segment === undefined ? null : offset - segment.offset + segment.address;
      },
    };
  } finally {
    closeSync(descriptor);
  }
}

/** The entries of a table of headers; none where it is no table. */
function table(descriptor: number, { at, size, count, least }: { at: bigint; size: number; count: number; least: number }): Buffer[] {
  if (at === 0n || size < least || count > mostHeaders) return [];
  const all = part(descriptor, Number(at), size * count);
  return Array.from({ length: Math.floor(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

function part(descriptor: number, at: number, length: number): Buffer {
  if (!Number.isSafeInteger(at)) return Buffer.alloc(0);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at));
}
