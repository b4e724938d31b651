/** How far two numbers may be apart: |a - b| <= max(relative * max(|a|, |b|), absolute). */
export interface Tolerance {
  relative: number;
  absolute: number;
}

export const exactly: Tolerance = { relative: 0, absolute: 0 };

/** A number as programs print it, `nan` and `inf` as words of their own included. Global: for `match` and `replaceAll` only. */
export const numberText = /[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|\b(?:nan|inf(?:inity)?)\b)/gi;

const wholeNumber = /^\s*[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|nan|inf(?:inity)?)\s*$/i;

export function isNumber(text: string): boolean {
  return wholeNumber.test(text);
}

/** Longer numbers agree when they are the same text: arithmetic on millions of digits takes minutes. */
const mostCharacters = 10_000;

/**
 * Whether two printed numbers agree. They are compared as the decimals they are: integers of any length, and 1e999, which
 * a double cannot hold, differ where their digits do. NaN agrees with NaN alone, an infinity with the one of its sign; 0
 * and -0 are one number.
 */
export function numbersAgree(a: string, b: string, tolerance: Tolerance): boolean {
  if (a === b) return true;
  if (a.length > mostCharacters || b.length > mostCharacters) return false;
  const [x, y] = [parse(a), parse(b)];
  if (typeof x === 'string' || typeof y === 'string') return x === y;
  if (isPlain(x) && isPlain(y)) return doublesAgree(Number(a), Number(b), tolerance);
  return decimalsAgree(x, y, tolerance);
}

/** The same for doubles. */
export function doublesAgree(x: number, y: number, { relative, absolute }: Tolerance): boolean {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return x === y;
  const apart = Math.abs(x - y);
  return apart <= Math.max(relative * Math.max(Math.abs(x), Math.abs(y)), absolute);
}

/** `digits` times ten to the power of `exponent`; the digits have no zero at their end. */
interface Decimal {
  digits: bigint;
  exponent: number;
}

function parse(text: string): Decimal | 'nan' | 'inf' | '-inf' {
  const plain = text.trim().toLowerCase();
  if (plain.endsWith('nan')) return 'nan';
  if (plain.includes('inf')) return plain.startsWith('-') ? '-inf' : 'inf';
  const [mantissa = '', power = '0'] = plain.split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[-+]/, '').split('.');
  const significant = `${whole}${fraction}`.replace(/0+$/, '');
  const dropped = whole.length + fraction.length - significant.length;
  const digits = BigInt(significant === '' ? 0 : significant);
  return digits === 0n ? { digits, exponent: 0 } : { digits: plain.startsWith('-') ? -digits : digits, exponent: Number(power) - fraction.length + dropped };
}

/** Whether a double holds it without loss: 15 digits are sure to survive (IEEE 754 binary64). */
function isPlain({ digits, exponent }: Decimal): boolean {
  return digits > -1_000_000_000_000_000n && digits < 1_000_000_000_000_000n && Math.abs(exponent) < 250;
}

/** More digits than this between two numbers make the smaller one vanish beside the larger. */
const mostShift = 5000;

function decimalsAgree(x: Decimal, y: Decimal, { relative, absolute }: Tolerance): boolean {
  if (x.digits === y.digits && x.exponent === y.exponent) return true;
  if (relative === 0 && absolute === 0) return false;
  const larger = magnitude(x) > magnitude(y) ? x : y;
  const apart = log10(difference(x, y));
  return apart <= Math.max(Math.log10(relative) + log10(larger), Math.log10(absolute));
}

function difference(x: Decimal, y: Decimal): Decimal {
  const [low, high] = x.exponent < y.exponent ? [x, y] : [y, x];
  const shift = high.exponent - low.exponent;
  if (shift > mostShift) return magnitude(x) > magnitude(y) ? x : y;
  return { digits: high.digits * 10n ** BigInt(shift) - low.digits, exponent: low.exponent };
}

function magnitude({ digits, exponent }: Decimal): number {
  return digits === 0n ? Number.NEGATIVE_INFINITY : String(digits < 0n ? -digits : digits).length + exponent;
}

/** Of the absolute value, to about 15 digits. */
function log10({ digits, exponent }: Decimal): number {
  const text = String(digits < 0n ? -digits : digits);
  const leading = text.slice(0, 17);
  return Math.log10(Number(leading)) + (text.length - leading.length) + exponent;
}
