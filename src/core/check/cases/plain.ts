/**
 * A value on its way to a process of another language, as JSON: null, booleans and text as themselves, else a table with
 * one key. `i` whole number, `n` bigint, `f` float (`nan`, `inf`, `-0`, digits), `b` bytes in base64, `l` list, `t` tuple,
 * `s` set, `d` dict or plain object, `m` map.
 */
export type Plain =
  | null
  | boolean
  | string
  | { i: string }
  | { n: string }
  | { f: string }
  | { b: string }
  | { l: Plain[] }
  | { t: Plain[] }
  | { s: Plain[] }
  | { d: [Plain, Plain][] }
  | { m: [Plain, Plain][] };

export const plainInt = (value: number | bigint): Plain => ({ i: String(value) });
export const plainFloat = (value: number): Plain => ({ f: Number.isNaN(value) ? 'nan' : Object.is(value, -0) ? '-0' : value === Number.POSITIVE_INFINITY ? 'inf' : value === Number.NEGATIVE_INFINITY ? '-inf' : String(value) });
