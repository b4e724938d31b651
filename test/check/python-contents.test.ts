import { describe, expect, it } from 'vitest';
import { drawCases } from '../../src/check/cases/run-cases.js';
import { unseenText } from '../../src/core/check/cases/unseen.js';
import { caseSchema } from '../../src/core/config/cases-schema.js';
import { ran } from './cases.js';
import { takenForEqual, type Pair } from './contents.js';

const imports = `import collections, ctypes, datetime, decimal, functools, io, random, re, threading, time, types, weakref
class D(decimal.Decimal):
    pass
class T(datetime.datetime):
    pass
class Slotted:
    __slots__ = ("__hidden",)
    def __init__(self, value):
        self.__hidden = value
class Raw(bytearray):
    pass
async def later(*items):
    for item in items:
        yield item
def made(value, **fields):
    for name in fields:
        setattr(value, name, fields[name])
    return value
`;
const program = {
  entry: 'mod.py:value',
  inputs: 'bench/cases.py',
  generator: (count: number) => ({ 'bench/cases.py': `def cases(seed, count):\n    return [[index] for index in range(${count})]\n` }),
  returning: (values: readonly string[]) => ({ 'mod.py': `${imports}def value(index):\n    return [${values.map((value) => `lambda: ${value}`).join(', ')}][index]()\n` }),
};

const pairs: Pair[] = [
  ['keys', '{1: 2, 3: 4}.keys()', '{}.keys()'],
  ['values', '{1: 2}.values()', '{1: 3}.values()'],
  ['items', '{1: 2}.items()', '{1: 3}.items()'],
  ['keys of an ordered dict', 'collections.OrderedDict([(1, 2)]).keys()', 'collections.OrderedDict().keys()'],
  ['a view of a mapping', 'types.MappingProxyType({1: 2})', 'types.MappingProxyType({1: 3})'],
  ['a match', 're.search("a", "ba")', 're.search("a", "bba")'],
  ['a long pattern', 're.compile("a" * 300)', 're.compile("a" * 301)'],
  ['an asynchronous generator', 'later(1, 2)', 'later(1, 3)'],
  ['a subclass of Decimal', 'D(1)', 'D(2)'],
  ['a subclass of datetime', 'T(2020, 1, 1)', 'T(2020, 1, 2)'],
  ['a subclass of bytearray', 'made(Raw(), a=1)', 'made(Raw(), a=2)'],
  ['a partial', 'functools.partial(max, 1)', 'functools.partial(max, 2)'],
  ['a number of C', 'ctypes.c_int(1)', 'ctypes.c_int(2)'],
  ['the bound of a deque', 'collections.deque([], 3)', 'collections.deque([], 4)'],
  ['the default of a dict', 'collections.defaultdict(int)', 'collections.defaultdict(list)'],
  ['bytes in memory', 'io.BytesIO(b"a")', 'io.BytesIO(b"b")'],
  ['text in memory', 'io.StringIO("a")', 'io.StringIO("b")'],
  ['a state of randomness', 'random.Random(1)', 'random.Random(2)'],
  ['a private slot', 'Slotted(1)', 'Slotted(2)'],
  ['a time', 'time.gmtime(0.0)', 'time.gmtime(1.0)'],
  ['a class of fields and one of a list', 'type("R", (), {})()', 'type("R", (list,), {})()'],
];

describe('what a value of Python holds within', () => {
  it('is compared, whatever holds it', async () => {
    expect(await takenForEqual(program, pairs)).toEqual([]);
  });

  it('agrees with itself', async () => {
    const same = [...pairs.flatMap(([, one, other]) => [one, other]), 'threading.Lock()', '[item for item in (1, 2)].__iter__()', 'iter([(item for item in (1, 2))])', 'weakref.WeakValueDictionary()', 'made(threading.local(), a=1)'];
    expect(await takenForEqual(program, same.map((value) => [value, value, value]))).toEqual(same);
  });

  it('is named where it cannot be seen', async () => {
    const values = ['[threading.Lock()]', '{"a": (item for item in (1, 2))}', 'lambda: 1', '{1: 2}', 'Slotted(1)', 'datetime.datetime(2020, 1, 1)'];
    const cases = caseSchema.parse({ entry: program.entry, inputs: program.inputs, count: values.length });
    const seen = await ran(cases, drawCases(cases, '1234567890'), { ...program.generator(values.length), ...program.returning(values) });
    expect(seen.kind === 'ran' && unseenText(seen.cases)).toBe('class _thread.lock, function, generator');
  });
});
