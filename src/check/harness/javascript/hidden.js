// What objects hold that none of their properties shows.
import { AnyMap, call, getOwnPropertyDescriptor, getPrototypeOf, mapGet, mapSet, mayHide, readWhole, readers, setHas } from './originals.js';

const known = new AnyMap();

/** Whether objects with this prototype may hold what cannot be seen: private fields, state of an iterator or of the runtime. */
export function mayHold(prototype) {
  if (prototype === null || call(setHas, readWhole, prototype)) return false;
  let found = call(mapGet, known, prototype);
  if (found === undefined) {
    const constructor = getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const next = getPrototypeOf(prototype);
    // Those of iterators and generators alone have no constructor that is a function, and a parent.
    found = typeof constructor === 'function' ? mayHide(constructor) || mayHold(next) : mayHold(next) || isIterating(prototype);
    call(mapSet, known, prototype, found);
  }
  return found;
}

function isIterating(prototype) {
  return typeof getOwnPropertyDescriptor(prototype, 'next')?.value === 'function';
}

/** What an object of Node itself holds, as text; undefined for others. */
export function textWithin(value) {
  for (let prototype = getPrototypeOf(value); prototype !== null; prototype = getPrototypeOf(prototype)) {
    const read = call(mapGet, readers, prototype);
    if (read === undefined) continue;
    try {
      return call(read, value);
    } catch {
      // It only borrows the prototype.
      return undefined;
    }
  }
  return undefined;
}
