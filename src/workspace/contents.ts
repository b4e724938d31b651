import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lstatOf } from './lstat.js';
import { modes } from './tree.js';

/** Larger files are read piece by piece, so that other work of this process goes on meanwhile. */
const readAtOnce = 8 << 20;

/** What is on disk below a folder, for as long as nobody changes it: which folders are plain ones is looked at once. */
export class Contents {
  readonly #plain = new Map<string, boolean>();

  constructor(private readonly root: string) {}

  /** Mode and git's hash of a file or symlink, in the form of a tree entry; `missing`, or `other` for what is no file of this folder. */
  async of(path: string): Promise<string> {
    const place = join(this.root, path);
    const found = lstatOf(place);
    if (found === undefined) return 'missing';
    if (!this.#isPlain(dirname(path))) return 'other';
    if (found.isSymbolicLink()) return `${modes.symlink} ${blobHash(Buffer.from(readlinkSync(place)))}`;
    if (!found.isFile()) return 'other';
    return `${(found.mode & 0o100) === 0 ? modes.file : modes.executable} ${await hashOfFile(place, found)}`;
  }

  /** A symlink could lead anywhere. */
  #isPlain(folder: string): boolean {
    if (folder === '.') return true;
    const known = this.#plain.get(folder);
    if (known !== undefined) return known;
    const plain = this.#isPlain(dirname(folder)) && lstatOf(join(this.root, folder))?.isDirectory() === true;
    this.#plain.set(folder, plain);
    return plain;
  }
}

/** Git's hash of a blob. */
export function blobHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex');
}

async function hashOfFile(place: string, { size }: Stats): Promise<string> {
  if (size <= readAtOnce) return blobHash(readFileSync(place));
  const hash = createHash('sha1').update(`blob ${size}\0`);
  await pipeline(createReadStream(place), hash, { end: false });
  return hash.digest('hex');
}
