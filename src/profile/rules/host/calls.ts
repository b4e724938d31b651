import type { Via } from '../../tools/time-via.js';
import type { HotFunction } from '../../tools/hot-functions.js';
import type { Category } from '../categories.js';

/** Calls that code is often rewritten to do without, by the names that the profilers give them. */
export interface CostlyCalls {
  rule: string;
  category: Category;
  /** For people: "passes in …". */
  what: string;
  /** Names of builtins and library functions: V8's, cProfile's and py-spy's, symbols of C. */
  names: RegExp;
  /** Files of Python's library whose functions are meant by these names: functions of other files of it only have the same name. Without it none is. */
  pythonFiles?: RegExp;
  /** The same in the text of a line: V8 counts builtins that it compiled into a function as that function's own time. */
  source?: RegExp;
  note: string;
  /** Names that other calls have as well: such a finding is not sure. */
  unsure?: RegExp;
}

export const costlyCalls: readonly CostlyCalls[] = [
  {
    rule: 'H1-list-search',
    category: 'H1',
    what: 'searching a list or a text',
    names: /^(indexOf|lastIndexOf|includes|find|findIndex|findLast|findLastIndex)$|\{method '(index|count|remove|__contains__)' of 'list'/,
    source: /\.(indexOf|lastIndexOf|includes|find|findIndex|some)\(/,
    note: 'A list: look up in a Set, a Map or a dict, as a search takes as long as the list is. A text: search for all words at once, or keep an index of it.',
    unsure: /^(indexOf|lastIndexOf|includes)$|^line /,
  },
  {
    rule: 'H1-list-shift',
    category: 'H1',
    what: 'moving the elements of a list',
    names: /^(shift|unshift|splice)$|\{method '(pop|insert)' of 'list'/,
    source: /\.(shift|unshift|splice)\(/,
    note: 'Take from the end, walk by an index, or use a queue (collections.deque): taking from the front moves all that follows.',
  },
  {
    rule: 'H1-sorting',
    category: 'H1',
    what: 'sorting',
    names: /^(sort|toSorted|Array\.sort)$|'sort' of 'list'|builtins\.sorted/,
    source: /\.(sort|toSorted)\(/,
    note: 'Sort once, keep it sorted, or take only the least (heapq.nsmallest).',
  },
  {
    rule: 'H2-copying',
    category: 'H2',
    what: 'copying',
    names: /^structuredClone$|^_?deepcopy|^_reconstruct$|^_keep_alive$|^_?copy_|'copy' of |copy\.copy|^(slice|concat|toSpliced|assign|fromEntries|entries)$|(^|_)(memcpy|memmove)(_|$)|'extend' of 'list'/,
    pythonFiles: /(^|\/)copy\.py$/,
    source: /structuredClone\(|Object\.(assign|fromEntries|entries)\(|\.(concat|slice|toSpliced)\(|[[{(,]\s*\.\.\.\w/,
    note: 'Copy only what changes, once, or hand on what nobody writes to.',
  },
  {
    rule: 'H2-allocating',
    category: 'H2',
    what: 'allocating memory',
    names: /^_*(libc_)?(malloc|calloc|realloc|free|cfree|_int_malloc|_int_free|malloc_consolidate)$|^operator (new|delete)|^(mi|je|tc)_?(malloc|free|realloc)|runtime\.(mallocgc|growslice|makeslice)|alloc::alloc|__rust_(alloc|dealloc|realloc)|_PyObject_(Malloc|Free)/,
    note: 'Reserve the size that is needed, use buffers again, or allocate from an arena.',
  },
  {
    rule: 'H3-parsing',
    category: 'H3',
    what: 'parsing and writing of data',
    names: /^(parse|stringify|JSON\.\w+)$|^(loads|dumps|encode|iterencode|raw_decode|decode|scan_once|literal_eval|safe_load)$|_json\.|\bast\.|builtins\.(compile|eval|exec)|strptime|^(DateTimeFormat|NumberFormat|Collator|toLocale(String|DateString|TimeString)|localeCompare)$|'?_?csv\./,
    pythonFiles: /(^|\/)(json\/\w+|pickle|marshal|csv|ast|configparser|plistlib|_strptime|tomllib\/\w+|xml\/.*|html\/\w+|email\/\w+|urllib\/parse)\.py$/,
    source: /JSON\.(parse|stringify)\(|new Intl\.|\.toLocale(String|DateString|TimeString)\(|localeCompare\(|new Date\(['"`\w]/,
    note: 'Parse once and keep the result; make formatters outside of the loop.',
  },
  {
    rule: 'H3-regular-expressions',
    category: 'H3',
    what: 'regular expressions',
    names: /^RegExp(: |$)|^(exec|test|match|matchAll|replace|replaceAll|\[Symbol\.\w+\])$|'re\.(Pattern|Match|Scanner)'|'_sre\.|^_?compile$|^_parse(_sub)?$|^_sre\.|_sre\.compile|^_optimize_charset$/,
    pythonFiles: /(^|\/)(re|re\/\w+|sre_\w+)\.py$/,
    source: /new RegExp\(|\.(match|matchAll|replace|replaceAll|test|exec)\(/,
    note: 'Compile them once outside of the loop, or use plain methods of strings.',
  },
  {
    rule: 'H4-blocking-calls',
    category: 'H4',
    what: 'calls of the operating system',
    names: /^(readFile|writeFile|appendFile|open|close|read|write|stat|lstat|exists|readdir|mkdir|rm|unlink|rename|copyFile|fsync|exec|execFile|access|realpath)Sync$|^(fsync|fdatasync|pread64|pwrite64|__(libc_)?(read|write|open64|close|pread|pwrite|fsync)|ksys_(read|write)|do_sys_open\w*|vfs_(read|write|fsync))$|built-in method (io\.open|_io\.open|posix\.(open|write|fsync|stat|lstat|listdir|scandir|unlink|rename|mkdir))|'(read|write|readline|readlines|flush|close|__exit__)' of '_io\.|^(writeUtf8|writeString|writeBuffer|internalModuleStat|tryReadSync)/,
    source: /\b\w+Sync\(/,
    note: 'Read once and keep it, write in larger pieces, or do it beside the work (asynchronously, in a thread).',
  },
  {
    rule: 'H5-lock-contention',
    category: 'H5',
    what: 'taking locks or waiting for them',
    names: /futex|pthread_(mutex|rwlock|spin)_?\w*lock|__lll_lock|lll_lock_wait|native_queued_spin_lock|osq_lock|rwsem_down|'acquire' of '_thread\.(lock|RLock)'|sync\.\(\*(RW)?Mutex\)|parking_lot|(Mutex|RwLock)::lock|^(Atomics\.)?wait$/,
    pythonFiles: /(^|\/)threading\.py$/,
    source: /\bAtomics\.wait\(/,
    note: 'Hold locks for shorter, one for each part of the data, or give each thread its own. V8 counts the waiting of Atomics.wait as busy time.',
  },
  {
    rule: 'H6-interpreter-overhead',
    category: 'H6',
    what: 'small builtins for each element',
    names: /built-in method builtins\.(getattr|hasattr|setattr|isinstance|issubclass|len|abs|min|max|ord|chr|iter|next|id|hash|callable|sum|round|divmod|pow)\}|'(append|get|items|keys|values|item|startswith|endswith|lower|upper|add|update|setdefault|join|format|__getitem__|__setitem__)' of '(list|dict|str|set|tuple|numpy\.\w+)'|^(_?PyEval_EvalFrame\w*|_PyObject_Get\w+|PyObject_Get\w+|_PyType_Lookup|PyDict_GetItem\w*|PyNumber_\w+|PyFloat_\w+|PyLong_\w+)$/,
    note: 'Do it for all elements at once (numpy, comprehensions, str.join), and keep attributes in local names.',
  },
];

/** Of the busy time that a function's calls of one kind take, when they are a good part of the function's own time. */
export interface CostlyPart {
  calls: CostlyCalls;
  share: number;
  names: { name: string; share: number }[];
  /** Whether lines of the source tell most of it: a line may do other things as well. */
  byLines: boolean;
}

/** A function, the calls that its time passes in, and its hottest lines with their text where the source is at hand. */
export interface HotFacts {
  hot: HotFunction;
  via: readonly Via[];
  /** The same time by what the function itself called; none where calls were counted. */
  called?: readonly Via[];
  lines: readonly { line: number; share: number; text: string }[];
}

/** Of a function's own time, what one kind of calls has to take to be its cause; the largest of them counts. */
export const leastPart = 1 / 3;

const sum = (of: readonly { share: number }[]): number => of.reduce((total, { share }) => total + share, 0);

/** By name, and where it is a function of Python's library by its file as well. */
const isMeant = ({ names, pythonFiles }: CostlyCalls, { function: name, module }: Via): boolean => names.test(name) && (!module.endsWith('.py') || pythonFiles?.test(module) === true);

/** The kind of calls that a function's own time passes in, if there is one. */
export function costlyPart({ hot, via, called = [], lines }: HotFacts): CostlyPart | null {
  const parts = costlyCalls.map((calls) => {
    const inLines = lines.filter(({ text }) => calls.source?.test(text) === true).map(({ line, share }) => ({ name: `line ${line}`, share }));
    // A helper deep inside may have the telling name, or the call that the function itself makes.
    const [within, direct] = [via, called].map((of) => of.filter((one) => isMeant(calls, one)).map((one) => ({ name: one.function, share: one.share })));
    const inCalls = sum(direct ?? []) > sum(within ?? []) ? (direct ?? []) : (within ?? []);
    const names = [...inCalls, ...inLines].sort((a, b) => b.share - a.share);
    return { calls, names, share: Math.min(hot.selfShare, sum(inCalls) + sum(inLines)), byLines: sum(inLines) > sum(inCalls) };
  });
  const large = parts.filter(({ share }) => share > 0 && share >= leastPart * hot.selfShare).sort((a, b) => b.share - a.share);
  // Library functions such as deepcopy call small builtins themselves: those are the cause where nothing else is.
  return large.find(({ calls }) => calls.category !== 'H6') ?? large[0] ?? null;
}
