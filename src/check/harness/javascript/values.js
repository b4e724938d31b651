// Values that come from outside, and their contents replaced in place.
import { AnyBigInt, AnyMap, AnySet, call, fromBase64, getPrototypeOf, isArray, isMap, isSet, isTypedArray, mapClear, mapForEach, mapSet, ownKeys, setAdd, setClear, setForEach, toNumber, toText, typedLength, typedSet } from './originals.js';

const numbers = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };

/** The value of a `Plain`. */
export function valueOf(plain) {
  if (plain === null || typeof plain !== 'object') return plain;
  if ('i' in plain) return toNumber(plain.i);
  if ('n' in plain) return AnyBigInt(plain.n);
  if ('f' in plain) return plain.f in numbers ? numbers[plain.f] : toNumber(plain.f);
  if ('b' in plain) return fromBase64(plain.b);
  const parts = plain.l ?? plain.t;
  if (parts !== undefined) {
    const list = [];
    for (let index = 0; index < parts.length; index++) list[index] = valueOf(parts[index]);
    return list;
  }
  if ('s' in plain) {
    const set = new AnySet();
    for (let index = 0; index < plain.s.length; index++) call(setAdd, set, valueOf(plain.s[index]));
    return set;
  }
  if ('m' in plain) {
    const map = new AnyMap();
    for (let index = 0; index < plain.m.length; index++) call(mapSet, map, valueOf(plain.m[index][0]), valueOf(plain.m[index][1]));
    return map;
  }
  const table = {};
  for (let index = 0; index < plain.d.length; index++) table[toText(valueOf(plain.d[index][0]))] = valueOf(plain.d[index][1]);
  return table;
}

/** Gives a container the contents of another of its kind; the object stays the same. */
export function refill(target, source) {
  if (target === null || typeof target !== 'object' || source === null || typeof source !== 'object' || target === source || getPrototypeOf(target) !== getPrototypeOf(source)) return;
  try {
    if (isArray(target)) {
      target.length = source.length;
      for (let index = 0; index < source.length; index++) target[index] = source[index];
    } else if (isMap(target)) {
      call(mapClear, target);
      call(mapForEach, source, (value, key) => call(mapSet, target, key, value));
    } else if (isSet(target)) {
      call(setClear, target);
      call(setForEach, source, (value) => call(setAdd, target, value));
    } else if (isTypedArray(target)) {
      if (call(typedLength, target) === call(typedLength, source)) call(typedSet, target, source);
    } else {
      const keys = ownKeys(target);
      for (let index = 0; index < keys.length; index++) delete target[keys[index]];
      const others = ownKeys(source);
      for (let index = 0; index < others.length; index++) target[others[index]] = source[others[index]];
    }
  } catch {
    // What cannot be changed stays as it is, on both sides.
  }
}
