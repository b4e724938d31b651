// Writes values as JSON (the Node of src/core/check/cases/observation.ts), with nothing that the target could have replaced.
import { AnyMap, apply, bigintText, builtinNames, bytesOf, bytesOfView, call, dateTime, digest, getOwnPropertyDescriptor, getPrototypeOf, is, isAnyArrayBuffer, isArray, isBoxedPrimitive, isDataView, isDate, isMap, isNativeError, isPromise, isProxy, isRegExp, isSet, isTypedArray, mapForEach, mapGet, mapHas, mapSet, ownKeys, regExpText, replace, setForEach, stringify, toText, typedLength, unboxed } from './originals.js';
import { mayHold, textWithin } from './hidden.js';

const mostDepth = 200;
/** Of one snapshot. What is beyond is digested, and must then be exactly the same. */
const mostNodes = 100_000;
const mostItems = 100_000;

/** The objects of one case, numbered as they are met, and snapshots of them. */
export class Observer {
  #ids = new AnyMap();
  #next = 1;
  #root;

  constructor(root) {
    this.#root = root;
  }

  /** A snapshot of several values: objects that they share are told. */
  snapshot(values) {
    const seen = { ids: new AnyMap(), nodes: 0 };
    let text = '';
    for (let index = 0; index < values.length; index++) text += (index === 0 ? '' : ',') + this.#node(values[index], seen, 0);
    return `[${text}]`;
  }

  #node(value, seen, depth) {
    seen.nodes += 1;
    if (value === null || value === true || value === false) return toText(value);
    switch (typeof value) {
      case 'string':
        return stringify(value);
      case 'number':
        return `{"t":"number","v":"${is(value, -0) ? '-0' : value}"}`;
      case 'bigint':
        return `{"t":"bigint","v":"${call(bigintText, value, 10)}"}`;
      case 'undefined':
        return '{"t":"undefined"}';
      case 'symbol':
        return `{"t":"symbol","v":${stringify(toText(value))}}`;
      default:
        return this.#object(value, seen, depth);
    }
  }

  #object(value, seen, depth) {
    let id = call(mapGet, this.#ids, value);
    if (id === undefined) {
      id = this.#next++;
      call(mapSet, this.#ids, value, id);
    }
    if (call(mapHas, seen.ids, value)) return `{"r":${id}}`;
    call(mapSet, seen.ids, value, true);
    // Whether something is computed when it is looked at must not differ either.
    if (isProxy(value)) return `{"t":"Proxy","i":${id},"o":true}`;
    if (typeof value === 'function') return `{"t":"function","v":${stringify(nameOf(value))},"i":${id},"o":true}`;
    const head = `{"t":${stringify(typeName(value))},"i":${id}${mayHold(getPrototypeOf(value)) ? ',"o":true' : ''}`;
    if (depth > mostDepth) return `${head},"v":"(too deep)"}`;
    if (isArray(value)) return `${head},"l":[${this.#list(value.length, (index) => this.#property(value, toText(index), seen, depth), seen)}]${this.#attributes(value, seen, depth, (key) => key === 'length' || isIndex(key, value.length))}}`;
    if (isTypedArray(value)) return `${head},"x":"${numbersIn(value)}"}`;
    if (isAnyArrayBuffer(value)) return `${head},"x":"${numbersIn(bytesOf(value))}"${this.#attributes(value, seen, depth, never)}}`;
    if (isDataView(value)) return `${head},"x":"${numbersIn(bytesOfView(value))}"${this.#attributes(value, seen, depth, never)}}`;
    if (isMap(value)) return `${head},"e":[${this.#pairs(value, seen, depth)}]${this.#attributes(value, seen, depth, never)}}`;
    if (isSet(value)) return `${head},"l":[${this.#members(value, seen, depth)}]${this.#attributes(value, seen, depth, never)}}`;
    if (isDate(value)) return `${head},"v":"${call(dateTime, value)}"${this.#attributes(value, seen, depth, never)}}`;
    if (isRegExp(value)) return `${head},"v":${stringify(apply(regExpText, value, []))}${this.#attributes(value, seen, depth, never)}}`;
    if (isNativeError(value)) return `${head},"v":${stringify(this.#message(value))}${this.#attributes(value, seen, depth, (key) => key === 'stack' || key === 'message')}}`;
    if (isPromise(value)) return `${head},"v":"(promise)"}`;
    if (isBoxedPrimitive(value)) return `${head},"l":[${this.#node(inBox(value), seen, depth + 1)}]${this.#attributes(value, seen, depth, (key) => typeof inBox(value) === 'string' && (key === 'length' || isIndex(key, inBox(value).length)))}}`;
    const within = textWithin(value);
    if (within !== undefined) return `${head},"v":${stringify(within)}}`;
    return `${head},"e":[${this.#fields(value, seen, depth)}]}`;
  }

  /** Parts joined; those beyond the budget as one digest. */
  #list(length, part, seen) {
    let text = '';
    for (let index = 0; index < length; index++) {
      if (seen.nodes > mostNodes) {
        let rest = '';
        for (let left = index; left < length; left++) rest = digest(rest + part(left));
        return `${text}${index === 0 ? '' : ','}{"t":"digest","v":"${length - index} more: ${rest}"}`;
      }
      text += (index === 0 ? '' : ',') + part(index);
    }
    return text;
  }

  #property(object, key, seen, depth) {
    const found = getOwnPropertyDescriptor(object, key);
    if (found === undefined) return '{"t":"hole"}';
    if (found.get !== undefined || found.set !== undefined) return '{"t":"getter"}';
    return this.#node(found.value, seen, depth + 1);
  }

  #fields(value, seen, depth) {
    const keys = ownKeys(value);
    return this.#entries(keys.length, (index) => {
      const key = keys[index];
      const name = typeof key === 'symbol' ? `{"t":"symbol","v":${stringify(toText(key))}}` : stringify(key);
      const text = this.#property(value, key, seen, depth);
      return `[${name},${getOwnPropertyDescriptor(value, key)?.enumerable === false ? `{"t":"hidden","l":[${text}]}` : text}]`;
    }, seen);
  }

  #pairs(map, seen, depth) {
    const pairs = [];
    call(mapForEach, map, (value, key) => {
      pairs[pairs.length] = [key, value];
    });
    return this.#entries(pairs.length, (index) => `[${this.#node(pairs[index][0], seen, depth + 1)},${this.#node(pairs[index][1], seen, depth + 1)}]`, seen);
  }

  /** As `#list`, of keys with values. */
  #entries(length, part, seen) {
    let text = '';
    for (let index = 0; index < length; index++) {
      if (seen.nodes > mostNodes) {
        let rest = '';
        for (let left = index; left < length; left++) rest = digest(rest + part(left));
        return `${text}${index === 0 ? '' : ','}["",{"t":"digest","v":"${length - index} more: ${rest}"}]`;
      }
      text += (index === 0 ? '' : ',') + part(index);
    }
    return text;
  }

  #members(set, seen, depth) {
    const members = [];
    call(setForEach, set, (value) => {
      members[members.length] = value;
    });
    return this.#list(members.length, (index) => this.#node(members[index], seen, depth + 1), seen);
  }

  #attributes(value, seen, depth, isPart) {
    const keys = ownKeys(value);
    let text = '';
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index];
      if (isPart(key)) continue;
      text += `${text === '' ? '' : ','}[${stringify(toText(key))},${this.#property(value, key, seen, depth)}]`;
    }
    return text === '' ? '' : `,"p":[${text}]`;
  }

  #message(error) {
    const found = getOwnPropertyDescriptor(error, 'message');
    return found !== undefined && typeof found.value === 'string' ? call(replace, found.value, this.#root, '.') : '';
  }
}

const never = () => false;

function isIndex(key, length) {
  if (typeof key !== 'string') return false;
  const index = key >>> 0;
  return toText(index) === key && index < length;
}

function inBox(value) {
  for (let index = 0; index < unboxed.length; index++) {
    const box = unboxed[index];
    if (box[0](value)) return call(box[1], value);
  }
  return undefined;
}

function numbersIn(array) {
  const length = call(typedLength, array);
  let text = '';
  for (let index = 0; index < length && index < mostItems; index++) {
    const item = array[index];
    text += (index === 0 ? '' : ' ') + (typeof item === 'bigint' ? call(bigintText, item, 10) : is(item, -0) ? '-0' : toText(item));
  }
  return length <= mostItems ? text : `${text} ${digest(array)}`;
}

function nameOf(fn) {
  const found = getOwnPropertyDescriptor(fn, 'name');
  return found !== undefined && typeof found.value === 'string' ? found.value : '';
}

/** By the prototype for what the language brings; else as the constructor is called, told from those. */
export function typeName(value) {
  const prototype = getPrototypeOf(value);
  if (prototype === null) return 'Object without prototype';
  const builtin = call(mapGet, builtinNames, prototype);
  if (builtin !== undefined) return builtin;
  const found = getOwnPropertyDescriptor(prototype, 'constructor');
  return found !== undefined && typeof found.value === 'function' ? `class ${nameOf(found.value)}` : 'class';
}
