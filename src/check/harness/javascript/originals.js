// What the harness uses, taken before any code of the target runs: that code may replace all of it.
import { createHash, Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';

export const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;

/** `call(method, self, ...args)` without looking anything up on `method`. */
export const call = (method, self, ...args) => apply(method, self, args);

const method = (prototype, name) => getOwnPropertyDescriptor(prototype, name).value;
const getter = (prototype, name) => getOwnPropertyDescriptor(prototype, name).get;

export const stringify = JSON.stringify;
export const { isArray } = Array;
export const { is } = Object;
export const { isProxy, isPromise, isDate, isRegExp, isMap, isSet, isTypedArray, isNativeError, isBoxedPrimitive, isAnyArrayBuffer, isDataView } = types;
export const AnyMap = Map;
export const AnySet = Set;
export const AnyBigInt = BigInt;
export const toText = String;
export const toNumber = Number;
export const fileUrl = (path) => pathToFileURL(path).href;

const OwnBuffer = Buffer;
const Bytes = Uint8Array;
const bytesFrom = method(Buffer, 'from');
export const fromBase64 = (text) => new Bytes(call(bytesFrom, OwnBuffer, text, 'base64'));

export const mapForEach = method(Map.prototype, 'forEach');
export const mapGet = method(Map.prototype, 'get');
export const mapSet = method(Map.prototype, 'set');
export const mapHas = method(Map.prototype, 'has');
export const mapClear = method(Map.prototype, 'clear');
export const setForEach = method(Set.prototype, 'forEach');
export const setAdd = method(Set.prototype, 'add');
export const setClear = method(Set.prototype, 'clear');
export const dateTime = method(Date.prototype, 'getTime');
/** The primitive in a box, by what tells its kind. */
export const unboxed = [
  [types.isNumberObject, method(Number.prototype, 'valueOf')],
  [types.isStringObject, method(String.prototype, 'valueOf')],
  [types.isBooleanObject, method(Boolean.prototype, 'valueOf')],
  [types.isBigIntObject, method(BigInt.prototype, 'valueOf')],
  [types.isSymbolObject, method(Symbol.prototype, 'valueOf')],
];
export const regExpText = method(RegExp.prototype, 'toString');
export const bigintText = method(BigInt.prototype, 'toString');
export const replace = method(String.prototype, 'replaceAll');
const functionText = method(Function.prototype, 'toString');
const privateField = /(?:^|[^\w$])#[\w$]|\[native code\]/;
const testText = method(RegExp.prototype, 'exec');
/** Whether the source of a class has fields that only itself can read, or is not JavaScript. */
export const mayHide = (constructor) => call(testText, privateField, call(functionText, constructor)) !== null;
/** The bytes of a buffer, or of a part of it. */
export const bytesOf = (buffer, from, length) => new Bytes(buffer, from, length);
const viewPart = (name) => getter(DataView.prototype, name);
const [viewBuffer, viewStart, viewLength] = [viewPart('buffer'), viewPart('byteOffset'), viewPart('byteLength')];
export const bytesOfView = (view) => bytesOf(call(viewBuffer, view), call(viewStart, view), call(viewLength, view));
/** What objects of Node itself hold, as text, by prototype. */
export const readers = new Map([
  [URL.prototype, getter(URL.prototype, 'href')],
  [URLSearchParams.prototype, method(URLSearchParams.prototype, 'toString')],
]);
const typedArray = getPrototypeOf(Uint8Array.prototype);
export const typedLength = getter(typedArray, 'length');
export const typedSet = method(typedArray, 'set');
const subarray = method(typedArray, 'subarray');
const hashUpdate = method(Hash.prototype, 'update');
const hashDigest = method(Hash.prototype, 'digest');
const { wait } = Atomics;
const waitOn = new Int32Array(new SharedArrayBuffer(4));
export const endProcess = process.exit.bind(process);

/** SHA-256 of text or of an array of numbers. */
export const digest = (content) => {
  const hash = createHash('sha256');
  call(hashUpdate, hash, content);
  return call(hashDigest, hash, 'hex');
};

/** Writes all of it to stdout, also where that is a pipe that is full for now. */
export function print(text) {
  const bytes = call(bytesFrom, OwnBuffer, text, 'utf8');
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, call(subarray, bytes, at));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      wait(waitOn, 0, 0, 1);
    }
  }
}

/** Names of what the language itself brings, by prototype. */
export const builtinNames = new Map();
for (const name of ['Object', 'Array', 'Map', 'Set', 'Date', 'RegExp', 'Promise', 'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'WeakMap', 'WeakSet', 'Function', 'Number', 'String', 'Boolean', 'Symbol', 'BigInt', 'URL', 'URLSearchParams', 'Buffer', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
  builtinNames.set(globalThis[name].prototype, name);
}

/** Prototypes of what is read as a whole. */
export const readWhole = new Set([...readers.keys(), typedArray, Function.prototype]);
for (const [prototype, name] of builtinNames) if (!['Promise', 'WeakMap', 'WeakSet'].includes(name)) readWhole.add(prototype);
export const setHas = method(Set.prototype, 'has');
