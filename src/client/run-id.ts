import { randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** `r-` or `j-` and 8 random base32 characters (RFC 4648, lower case): 40 bits. It is also the workflow id. */
export function newRunId(kind: 'run' | 'judge'): string {
  let bits = 0n;
  for (const byte of randomBytes(5)) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let at = 35n; at >= 0n; at -= 5n) text += alphabet[Number((bits >> at) & 31n)] ?? '';
  return `${kind === 'run' ? 'r' : 'j'}-${text}`;
}

/** Whether this is a whole run id and not the beginning of one. */
export function isRunId(text: string): boolean {
  return /^[rj]-[a-z2-7]{8}$/.test(text);
}

/** What a run id can begin with; anything else is not looked up. */
export function isRunPrefix(text: string): boolean {
  return /^[rj](?:-[a-z2-7]{0,8})?$/.test(text);
}
