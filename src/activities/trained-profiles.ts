import { readdir } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import picomatch from 'picomatch';
import { readPlainFile } from '../workspace/plain-file.js';
import { unsafePath, unsafePlace } from '../workspace/safe-path.js';

/** A training that did not come to a candidate, with the reason as a clause. */
export interface NotTrained {
  why: string;
}

/** Profiles are small: more is none. Bytes, each and of all. */
const mostOfFile = 5_000_000;
const mostInAll = 20_000_000;
const mostFiles = 2000;

/** A worktree before a training or after it. */
export interface TrainingState {
  /** Every file, relative to the root. */
  paths: ReadonlySet<string>;
  /** The contents of those that a training may leave. */
  profiles: ReadonlyMap<string, Buffer>;
}

/** The files below a root, with the contents of those that globs name. */
export async function trainingState(root: string, globs: readonly string[]): Promise<TrainingState | NotTrained> {
  const wanted = picomatch([...globs], { dot: true });
  const paths = new Set<string>();
  const profiles = new Map<string, Buffer>();
  let total = 0;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (!entry.isFile()) continue;
    paths.add(path);
    if (!wanted(path) || unsafePath(path) !== undefined || (await unsafePlace(root, path)) !== undefined) continue;
    const content = await readPlainFile(join(root, path), mostOfFile);
    if (content === 'no-file' || content.length === 0) continue;
    total += content.length;
    if (content === 'too-large' || total > mostInAll || profiles.size >= mostFiles) return { why: 'the training leaves more than a profile' };
    profiles.set(path, content);
  }
  return { paths, profiles };
}

/**
 * The profiles that a training wrote. What it names like one has to begin like one, and one of GCC has to belong to something that
 * was compiled before the training: else a program could keep data of its own there, and find it again where it is measured.
 */
export function trainedProfiles(before: TrainingState, after: TrainingState): Map<string, Buffer> | NotTrained {
  const written = new Map([...after.profiles].filter(([path, content]) => before.profiles.get(path)?.equals(content) !== true));
  const strange = [...written].filter(([path, content]) => !isProfile(path, content, before.paths)).map(([path]) => path);
  return strange.length === 0 ? written : { why: `the training left what is no profile of something compiled: ${strange.slice(0, 3).join(', ')}` };
}

function isProfile(path: string, content: Buffer, compiled: ReadonlySet<string>): boolean {
  // gcov.h, GCOV_DATA_MAGIC, in the byte order of the machine; a profile of Go is packed by gzip.
  if (path.endsWith('.gcda')) return ['gcda', 'adcg'].includes(content.toString('latin1', 0, 4)) && isBesideCompiled(path, compiled);
  return content[0] === 0x1f && content[1] === 0x8b;
}

const object = ['o', 'os', 'lo', 'obj'];
const source = ['c', 'cc', 'cpp', 'cxx', 'c++', 'C'];

/** `main.gcda` beside main.o or main.c; `prog-main.gcda` beside `prog`, which GCC compiled from main.c and linked in one call. */
function isBesideCompiled(path: string, compiled: ReadonlySet<string>): boolean {
  const [folder, stem] = [posix.dirname(path), posix.basename(path, '.gcda')];
  if ([...object, ...source].some((ending) => compiled.has(posix.join(folder, `${stem}.${ending}`)))) return true;
  const sources = new Set([...compiled].filter((one) => source.includes(posix.extname(one).slice(1))).map((one) => posix.parse(one).name));
  return [...stem.matchAll(/-/g)].some(({ index }) => ['', '.out'].some((ending) => compiled.has(posix.join(folder, stem.slice(0, index) + ending))) && sources.has(stem.slice(index + 1)));
}
