/**
 * Methods of arrays, strings and numbers that change nothing that the program can see. A user's class may have a method
 * of the same name; the recipes assume that it does not change the array in question either.
 */
export const pureMethods = new Set([
  'indexOf', 'lastIndexOf', 'includes', 'join', 'slice', 'concat', 'charAt', 'charCodeAt', 'codePointAt', 'at', 'substring', 'substr',
  'toLowerCase', 'toUpperCase', 'trim', 'trimStart', 'trimEnd', 'startsWith', 'endsWith', 'split', 'padStart', 'padEnd', 'repeat',
  'localeCompare', 'normalize', 'test', 'match', 'matchAll', 'toFixed', 'hasOwnProperty', 'flat',
]);

/** Methods that change their receiver and nothing else. */
export const mutatingMethods = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin', 'set', 'add', 'delete', 'clear']);

/** Array methods that call a callback for the elements and keep neither. */
export const callbackMethods = new Set(['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap', 'reduce', 'reduceRight']);

export const pureGlobals = new Set(['parseInt', 'parseFloat', 'isNaN', 'isFinite', 'Number', 'String', 'Boolean', 'Symbol', 'BigInt']);
export const pureNamespaces = new Set(['Math', 'Number', 'String', 'JSON', 'Array', 'Date']);
export const pureObjectMethods = new Set(['keys', 'values', 'entries', 'is', 'getOwnPropertyNames', 'getPrototypeOf', 'hasOwn', 'fromEntries', 'create']);
export const pureConstructors = new Set(['Set', 'Map', 'WeakSet', 'WeakMap', 'Array', 'Date', 'RegExp', 'Error', 'TypeError', 'RangeError', 'Float64Array', 'Float32Array', 'Int32Array', 'Uint32Array', 'Uint8Array', 'Uint16Array', 'Int16Array', 'Int8Array']);
