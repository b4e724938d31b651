/** Numbers that stand for a size of data rather than for a limit of machines or alphabets. */
export function isParticular(literal: string): boolean {
  if (!/^[\d_]+(?:\.\d+)?(?:e\d+)?$/i.test(literal)) return false;
  const value = Number(literal.replaceAll('_', ''));
  if (!Number.isFinite(value) || value < 256) return false;
  const near = [value - 1, value, value + 1];
  return !near.some((number) => Number.isInteger(Math.log2(number))) && !limits.has(value);
}

/** Unicode, HTTP, calendars, time units: numbers that code of any kind compares with. */
const limits = new Set([
  300, 301, 302, 303, 304, 307, 308, 360, 365, 366, 400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 422, 429, 500, 501, 502, 503, 504, 1970, 1900, 2000, 3600, 1440, 86400, 86_400_000,
  5760, 8192, 8202, 8203, 8204, 8205, 8232, 8233, 8239, 8287, 12288, 55296, 56319, 56320, 57343, 65279, 65533, 1114111,
]);

/** Names of what is a kind and not an amount. */
export const kindNames = /^(?:\w*(?:code|status|char|type|kind|token|version|opcode|year|port|byte|unit|point|key|ch)|c|cp|cc|op|tag|tok)$/i;

/** So many entries has a table over all bytes, all ASCII characters or all hexadecimal digits. */
const alphabets = new Set([16, 32, 64, 128, 256]);

/** A table with a small value for each member of an alphabet answers for any input, not for some. */
export function isAlphabetTable(literals: readonly string[]): boolean {
  return alphabets.has(literals.length) && literals.every((literal) => /^-?\d{1,3}$/.test(literal) || /^0x[\da-f]{1,2}$/i.test(literal) || /^(['"`]).{0,4}\1$/s.test(literal) || /^(?:true|false|null|True|False|None)$/.test(literal));
}
