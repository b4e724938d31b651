/** Bytes of JSON that a run may hand to the next execution of its workflow: the server takes 2 MB. */
export const mostCarried = 1_800_000;

/** Bytes of JSON that an output of a step may have, a key that it writes, and the input of a jump. More is data, and belongs into a file. */
export const mostLeft = 64 * 1024;

/** What the state of a round holds of every step, however little that leaves. */
const bytesOfStep = 110;

/** Bytes in UTF-8 of a value as JSON. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value) ?? '';
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // Each half of a pair is counted, and a pair takes four.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** At least so much is carried for the state of a round of so many steps. */
export const stateBytes = (steps: number): number => steps * bytesOfStep;

export const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000).toLocaleString('en-US')} KB`;
