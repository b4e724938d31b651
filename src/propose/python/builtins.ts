/**
 * Methods of strings, lists, tuples and dicts that change nothing that the program can see. A user's class may have a
 * method of the same name; the recipes assume that it does not change the list in question either.
 */
export const pureMethods = new Set([
  'lower', 'upper', 'strip', 'lstrip', 'rstrip', 'split', 'rsplit', 'splitlines', 'startswith', 'endswith', 'replace', 'join', 'format', 'find', 'rfind',
  'isdigit', 'isalpha', 'isalnum', 'isspace', 'isupper', 'islower', 'title', 'capitalize', 'casefold', 'zfill', 'ljust', 'rjust', 'center', 'encode', 'decode',
  'partition', 'rpartition', 'count', 'index', 'copy', 'get', 'keys', 'values', 'items',
]);

/** Methods that change a list and nothing else. */
export const listMethods = new Set(['append', 'extend', 'insert', 'pop', 'remove', 'sort', 'reverse', 'clear']);

/** Methods that change their receiver, of lists, sets, dicts and deques. */
export const mutatingMethods = new Set([...listMethods, 'add', 'discard', 'update', 'setdefault', 'popitem', 'appendleft', 'popleft']);

/** Builtin functions that read their argument at once and keep nothing of it. */
export const readingBuiltins = new Set(['len', 'set', 'list', 'tuple', 'frozenset', 'sorted', 'sum', 'min', 'max', 'any', 'all', 'bool', 'repr', 'str', 'isinstance', 'type', 'id', 'dict']);

/** Builtin functions whose call changes no list. */
export const pureBuiltins = new Set([...readingBuiltins, 'range', 'enumerate', 'zip', 'reversed', 'int', 'float', 'ord', 'chr', 'abs', 'round', 'divmod', 'pow', 'hash', 'bytes', 'bytearray', 'callable', 'issubclass', 'hex', 'bin', 'oct', 'complex', 'slice', 'object']);

/** Builtin exceptions: making one runs no code of the program. */
export const builtinErrors = new Set(['Exception', 'ValueError', 'TypeError', 'KeyError', 'IndexError', 'AttributeError', 'LookupError', 'RuntimeError', 'NotImplementedError', 'ArithmeticError', 'OverflowError', 'ZeroDivisionError', 'AssertionError', 'StopIteration']);
