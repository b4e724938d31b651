import { posix } from 'node:path';
import type { FlagCode } from '../core/flag.js';
import type { Repository } from './repository.js';
import { type ChangedPath, modes } from './tree.js';

/** Something about a changed path besides its text. `refused`: nobody's change may do that. */
export interface Unusual {
  code: FlagCode | 'refused';
  why: string;
}

/** Links, submodules, modes and binaries. */
export async function unusualFile(repository: Pick<Repository, 'readFileAt'>, commit: string, { path, status, oldMode, newMode }: ChangedPath): Promise<Unusual | undefined> {
  if (newMode === modes.submodule) return { code: 'link', why: 'it is a submodule' };
  if (newMode === modes.symlink) {
    const target = (await repository.readFileAt(commit, path)).toString('utf8');
    const leadsTo = posix.normalize(posix.join(posix.dirname(path), target));
    if (posix.isAbsolute(target) || leadsTo === '..' || leadsTo.startsWith('../')) return { code: 'refused', why: `it is a symlink out of the repository, to ${JSON.stringify(target)}` };
    if (/(?:^|\/)\.git(?:\/|$)/i.test(leadsTo)) return { code: 'refused', why: "it is a symlink into git's own folder" };
    return { code: 'link', why: `it is a symlink to ${JSON.stringify(target)}` };
  }
  if (oldMode === modes.symlink || oldMode === modes.submodule) return { code: 'link', why: `it was a ${oldMode === modes.symlink ? 'symlink' : 'submodule'}` };
  if (newMode === modes.none) return undefined;
  const what = binaryOf(path, await repository.readFileAt(commit, path));
  return what === null ? undefined : { code: 'binary', why: `${status === 'added' ? 'it is' : 'it changes'} ${what}` };
}

/** Why its mode may not be what it becomes, for who proposes patches; a person sets the bit of a script with good reason. */
export function modeChange({ status, oldMode, newMode }: ChangedPath): string | undefined {
  if (status === 'modified' && oldMode !== newMode) return `its mode changes from ${oldMode} to ${newMode}`;
  if (status === 'added' && newMode === modes.executable) return 'it is a new executable';
  return undefined;
}

/** The first bytes of what machines and interpreters run or unpack. */
const signatures: readonly (readonly [bytes: string, what: string])[] = [
  ['7f454c46', 'an ELF executable or library'], ['cffaedfe', 'a Mach-O executable or library'], ['cefaedfe', 'a Mach-O executable or library'], ['cafebabe', 'a Java class or a Mach-O file'], ['4d5a', 'a Windows executable or library'],
  ['0061736d', 'a WebAssembly module'], ['504b0304', 'a zip archive'], ['1f8b', 'a gzip archive'], ['fd377a58', 'an xz archive'], ['425a68', 'a bzip2 archive'], ['28b52ffd', 'a zstd archive'], ['377abcaf', 'a 7z archive'],
  ['213c617263683e', 'an object archive'], ['53514c69746520666f726d6174', 'an SQLite database'],
];

const compiled = /\.(?:so(?:\.\d+)*|dylib|dll|exe|node|pyc|pyo|pyd|wasm|class|jar|war|whl|egg|o|obj|a|lib|bin|dat|zip|tar|tgz|gz|bz2|xz|zst|7z|rar|pkl|pickle|npy|npz|pt|pth|onnx|db|sqlite3?)$/i;
const picture = /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|pdf)$/i;

/** What a file is that is not text; null for text, and for pictures, fonts and sounds. */
function binaryOf(path: string, content: Buffer): string | null {
  const start = content.subarray(0, 16).toString('hex');
  const found = signatures.find(([bytes]) => start.startsWith(bytes));
  if (found !== undefined && !(found[0] === '4d5a' && !content.subarray(0, 8000).includes(0))) return found[1];
  if (isEncoded(path, content)) return 'text that encodes something (base64 or hexadecimal)';
  // As git tells text from the rest.
  if (!content.subarray(0, 8000).includes(0)) return compiled.test(path) && content.byteLength > 0 && /\.(?:py[co]|pickle|pkl)$/i.test(path) ? 'a compiled or pickled file' : null;
  return picture.test(path) ? null : 'a binary file';
}

/** Bytes of long words without any gap, below which a text is read as one. */
const leastEncoded = 2000;
const mostlyEncoded = 0.8;
/** Keys, hashes and pictures stand in these by nature. */
const ofHashes = /(?:\.(?:lock|sum|svg|pem|crt|map|patch|diff|snap)|[-.]lock\.(?:json|ya?ml))$/i;

/** Whether a text is nearly all base64 or hexadecimal: an archive or an executable that a build could unpack. */
function isEncoded(path: string, content: Buffer): boolean {
  if (ofHashes.test(path) || content.byteLength < leastEncoded || content.subarray(0, 8000).includes(0)) return false;
  const text = content.toString('latin1');
  const encoded = [...text.matchAll(/[A-Za-z0-9+/_-]{48,}={0,2}/g)].reduce((sum, [run]) => sum + run.length, 0);
  return encoded >= leastEncoded && encoded >= mostlyEncoded * text.length;
}
