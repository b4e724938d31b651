/**
 * A name of a file is bytes, and need not be UTF-8. One that is not is written as NUL, which no name holds, and its bytes
 * as Latin-1: so that paths stay strings, each of which names one file.
 */
const mark = '\0';

/** A name as the system gives it. */
export function nameFrom(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') && !Buffer.from(text).equals(bytes) ? mark + bytes.toString('latin1') : text;
}

/** Whether a name on the path is not UTF-8. */
export const isRaw = (path: string): boolean => path.includes(mark);

/** The path as functions of the file system take it. */
export function rawPath(path: string): string | Buffer {
  if (!isRaw(path)) return path;
  const parts = path.split('/').map((part) => (part.startsWith(mark) ? Buffer.from(part.slice(1), 'latin1') : Buffer.from(part)));
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from('/'), part])));
}

/** As a person reads it. */
export function shownPath(path: string): string {
  return isRaw(path) ? rawPath(path).toString('utf8') : path;
}
