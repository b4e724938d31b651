const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** `r-` or `j-` and 40 bits as 8 characters of base32 (RFC 4648, lower case). It is also the workflow id. */
export function runIdOf(kind: 'run' | 'judge', bits: bigint): string {
  let text = '';
  for (let at = 35n; at >= 0n; at -= 5n) text += alphabet[Number((bits >> at) & 31n)] ?? '';
  return `${kind === 'run' ? 'r' : 'j'}-${text}`;
}
