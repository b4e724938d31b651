import { describe, expect, it } from 'vitest';
import { compare, type CasesInput, type Files } from './cases.js';

// A function of Python, before and after a change, called by a real interpreter with made-up arguments.

const unique = `def unique(items):
    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept
`;
const fast = 'def unique(items):\n    return list(dict.fromkeys(items))\n';
const input: CasesInput = { entry: 'pkg/mod.py:unique', args: ['list[int]'], count: 30, size: 30 };

const files = (body: string): Files => ({ 'pkg/__init__.py': '', 'pkg/mod.py': body });
const against = async (candidate: string, more: Partial<CasesInput> = {}, champion = unique): Promise<string | null> => compare({ ...input, ...more }, files(champion), files(candidate));
const body = (text: string): string => `def unique(items):\n${text.split('\n').map((line) => `    ${line}`).join('\n')}\n`;

describe('a sound optimisation', () => {
  it('agrees in every case, whatever it prints', async () => {
    expect(await against(fast)).toBeNull();
    expect(await against(`import sys\nprint("@0 x", flush=True)\n${fast.replace('return', 'sys.stdout.write("no end"); return')}`)).toBeNull();
  });

  it.each([
    ['in a package below src, which imports from itself', 'src/pkg/deep/mod.py', { 'src/pkg/__init__.py': '', 'src/pkg/deep/__init__.py': '', 'src/pkg/helper.py': 'one = 1\n' }, 'from pkg.helper import one\nfrom ..helper import one\n'],
    ['in a folder without packages, beside what it imports', 'lib/mod.py', { 'lib/helper.py': 'one = 1\n' }, 'import helper\n'],
    ['in a file whose name is none', 'lib/my-mod.py', {}, ''],
    ['at the root', 'mod.py', {}, ''],
  ])('agrees %s', async (_name, file, others, imports) => {
    const of = (text: string): Files => ({ ...others, [file]: imports + text });
    expect(await compare({ ...input, entry: `${file}:unique`, count: 5 }, of(unique), of(fast))).toBeNull();
    expect(await compare({ ...input, entry: `${file}:unique`, count: 5 }, of(unique), of('def unique(items):\n    return [0]\n'))).toMatch(/^unique\(/);
  });
});

describe('a change is told by', () => {
  it.each([
    ['a constant', body('return []'), /the returned value/],
    ['a tuple in the place of a list', body('return tuple(dict.fromkeys(items))'), / \(list\) became \(.* \(tuple\)/],
    ['a float in the place of an int', body('return [float(item) for item in dict.fromkeys(items)]'), /\(int\) became .* \(float\)/],
    ['a bool in the place of an int', body('return [item if item > 1 else item == 1 for item in dict.fromkeys(items)]'), /\(int\) became (true|false)/],
    ['a generator in the place of a list', body('return (item for item in dict.fromkeys(items))'), /\(list\) became generator/],
    ['a list that is computed when it is looked at', `class list_(list):\n    def __iter__(self):\n        return iter(())\nlist_.__name__ = list_.__qualname__ = "list"\nlist_.__module__ = "builtins"\n${body('return list_(dict.fromkeys(items))')}`, /\(list\) became class builtins\.list/],
    ['a coroutine', body('return list(dict.fromkeys(items))').replace('def', 'async def'), /\(list\) became coroutine/],
    ['the argument, changed in place', body('items[:] = dict.fromkeys(items)\nreturn list(items)'), /afterwards argument 1/],
    ['the argument itself', body('return items if len(set(items)) == len(items) else list(dict.fromkeys(items))'), /became an object that was there before/],
    ['a cache by id()', `cache = {}\n${body('key = id(items)\nif key not in cache:\n    cache[key] = list(dict.fromkeys(items))\nreturn list(cache[key])')}`, /: the returned value/],
    ['a cache by value that gives one object twice', `cache = {}\n${body('return cache.setdefault(tuple(items), list(dict.fromkeys(items)))')}`, /became an object that was there before/],
    ['a default argument that lasts', body('kept += [item for item in dict.fromkeys(items) if item not in kept]\nreturn list(kept)').replace('(items)', '(items, kept=[])'), /the returned value/],
    ['an exception of another type', body('if len(items) > 5:\n    raise ValueError(f"too long: {len(items)}")\nreturn list(dict.fromkeys(items))'), /it returns .* became it throws ValueError too long/],
    ['an exit', body('if len(items) > 5:\n    raise SystemExit(0)\nreturn list(dict.fromkeys(items))'), /it returns .* became it throws SystemExit/],
    ['an end of the process', `import os\n${body('if len(items) > 5:\n    os._exit(0)\nreturn list(dict.fromkeys(items))')}`, /^it did not come back from unique\(.*it ended with exit code 0/],
    ['an import that fails', 'raise ImportError("not here")\n', /^candidate: cannot load pkg\/mod\.py: ImportError: not here/],
  ])('%s', async (_name, candidate, text) => {
    expect(await against(candidate)).toMatch(text);
  });

  it('the message of an exception, its addresses left out', async () => {
    const champion = body('if len(items) > 2:\n    raise ValueError(f"{object()} {len(items)}")\nreturn list(items)');
    expect(await against(champion, {}, champion)).toBeNull();
    expect(await against(champion.replace('{len(items)}', 'many'), {}, champion)).toMatch(/the exception: ValueError <object object at 0x> \d+ became ValueError <object object at 0x> many/);
  });

  it('edges: NaN, -0, integers that no machine word holds, and text that is longer in bytes', async () => {
    const floats = { args: ['list[float]'], count: 200 };
    expect(await against(body('return sorted(items, key=lambda item: -item)[::-1]'), floats, body('return sorted(items)'))).not.toBeNull();
    expect(await against(body('return [item + 0.0 for item in items]'), floats, body('return [item for item in items]'))).toMatch(/-0\.0 became 0\.0/);
    expect(await against(body('return [(item * 2) & 0xffffffffffffffff for item in items]'), { args: ['list[bigint]'], count: 100 }, body('return [item * 2 for item in items]'))).not.toBeNull();
    expect(await against(body('return len(items.encode())'), { args: ['str'], count: 60 }, body('return len(items)'))).toMatch(/the returned value: \d+ became \d+/);
  });

  it('what objects hold: dataclasses, slots, enums, dates, decimals, sets, dicts, deques', async () => {
    const made = (order: string, extra = ''): string => `
import dataclasses, collections, datetime, decimal, enum, array
class Colour(enum.Enum):
    RED = 1
    BLUE = 2
@dataclasses.dataclass
class Point:
    x: int
    y: object
class Slotted:
    __slots__ = ("a", "b")
    def __init__(self, a):
        self.a = a
def unique(items):
    items = ${order}
    return {"point": Point(1, items), "slots": Slotted(items), "colour": Colour(1 + len(items) % 2), "at": datetime.datetime(2020, 1, 1) + datetime.timedelta(len(items)),
            "decimal": decimal.Decimal(len(items)) / 7, "set": set(items), "frozen": frozenset(items), "counter": collections.Counter(items), "deque": collections.deque(items, 3),
            "bytes": bytes(3), "array": array.array("d", items), "range": range(len(items)), "complex": 1j, "kind": Point, "map": {item: index for index, item in enumerate(items)}${extra}}
`;
    const more = { args: ['list[int(0..50)](2..9)'], count: 10 };
    expect(await against(made('list(items)'), more, made('[item for item in items]'))).toBeNull();
    expect(await against(made('sorted(items)'), more, made('list(items)'))).not.toBeNull();
    expect(await against(made('list(items)', ', "more": 1'), more, made('list(items)'))).toMatch(/\.size: 15 became 16/);
    for (const [from, to] of [['Point(1, items)', 'Point(2, items)'], ['Slotted(items)', 'Slotted(items + [1])'], ['Colour(1 +', 'Colour(2 -'], ['timedelta(len', 'timedelta(1 + len'], ['items, 3)', 'items, 2)']] as const) {
      expect(await against(made('list(items)').replace(from, to), more, made('list(items)')), to).not.toBeNull();
    }
  });

  it('a loss of precision, unless the tolerance allows it', async () => {
    const more = { args: ['list[float(-1..1)]'] };
    const [forwards, backwards] = [body('total = 0.0\nfor item in items:\n    total += item\nreturn total'), body('total = 0.0\nfor item in reversed(items):\n    total += item\nreturn total')];
    expect(await against(backwards, more, forwards)).toMatch(/the returned value: -?[\d.e+-]+ became/);
    expect(await against(backwards, { ...more, tolerance: 1e-9, absolute: 1e-9 }, forwards)).toBeNull();
    expect(await against(`import struct\n${body('return struct.unpack("f", struct.pack("f", sum(items)))[0]')}`, { ...more, tolerance: 1e-9, absolute: 1e-9 }, forwards)).not.toBeNull();
  });

  it('another order, unless that does not matter', async () => {
    const [one, other] = [body('return {item: 1 for item in items}'), body('return {item: 1 for item in reversed(items)}')];
    expect(await against(other, {}, one)).toMatch(/the entry .* in place 0/);
    expect(await against(other, { order: 'any' }, one)).toBeNull();
  });
});

describe('methods', () => {
  const tree = (text: string): string => `class Tree:
    def __init__(self):
        self.items = []
    def insert(self, item):
        ${text}
        return self.items.index(item)
    @staticmethod
    def size(items):
        return len(items)
def make(seed, number):
    tree = Tree()
    tree.items.append(number)
    return tree
`;
  const slow = tree('self.items.append(item); self.items.sort()');
  const insert = { entry: 'pkg/mod.py:Tree.insert', args: ['int'] };

  it('are called on a new object, whose state counts', async () => {
    expect(await against(tree('import bisect; bisect.insort(self.items, item)'), insert, slow)).toBeNull();
    expect(await against(tree('self.items.append(item)'), { ...insert, factory: 'pkg/mod.py:make' }, slow)).not.toBeNull();
    expect(await against(tree('import bisect; bisect.insort(self.items, item)'), { ...insert, factory: 'pkg/mod.py:make' }, slow)).toBeNull();
    expect(await against(tree('self.items.append(item); self.items.sort(); self.last = item'), insert, slow)).toMatch(/afterwards argument 1/);
  });

  it('may be static', async () => {
    const more = { entry: 'pkg/mod.py:Tree.size', args: ['list[int]'] };
    expect(await against(slow, more, slow)).toBeNull();
    expect(await against(slow.replace('len(items)', 'len(set(items))'), more, slow)).toMatch(/^Tree\.size\(/);
  });
});

describe('a generator of the target', () => {
  const generator = 'import random\nfrom pkg.mod import unique\ndef cases(seed, count):\n    made = random.Random(seed)\n    return [([made.randrange(5) for _ in range(made.randrange(9))],) for _ in range(count)]\n';

  it('gives the arguments', async () => {
    const own = { ...input, args: undefined, inputs: 'bench/cases.py' };
    const of = (text: string): Files => ({ ...files(text), 'bench/cases.py': generator });
    expect(await compare(own, of(unique), of(fast))).toBeNull();
    expect(await compare(own, of(unique), of('def unique(items):\n    return items\n'))).toMatch(/^unique\(\[/);
    expect(await compare(own, of(unique), { ...of(fast), 'bench/cases.py': 'def cases(seed, count):\n    return 1\n' })).toBe('candidate: the generator of arguments: TypeError: it must return a list with a list of arguments for each case');
  });
});

describe('code that tampers with the harness', () => {
  it('finds nothing that it could replace', async () => {
    const tampering = [
      'import json, json.encoder\njson.loads = json.dumps = lambda *a, **k: "[]"\njson.encoder.encode_basestring_ascii = lambda text: "1"',
      'import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: list\nbuiltins.repr = builtins.str = lambda *a: ""\nbuiltins.len = lambda a: 0\nbuiltins.id = lambda a: 1',
      'import os\nwrite = os.write\nos.write = lambda fd, data: len(data)',
      'import hashlib\nhashlib.sha256 = None',
      'import __main__\nfor name in dir(__main__):\n    setattr(__main__, name, None)',
      'import os\nos._exit = lambda code: None\nos.close(0)',
    ];
    for (const text of tampering) expect(await against(`${text}\ndef unique(items):\n    return []\n`, { count: 10 }), text).not.toBeNull();
  });
});

describe('a champion of which nothing can be said', () => {
  it.each([
    ['throws in every case', 'def unique(items):\n    return items.foo\n', /^champion: it throws in each of 30 cases, such as AttributeError/],
    ['has an endless recursion', 'def unique(items):\n    return unique(items)\n', /^champion: each case exhausts its stack/],
    ['is no module', 'def unique(:\n', /^champion: cannot load pkg\/mod\.py: SyntaxError/],
    ['has no such function', 'def other():\n    pass\n', /^champion: cannot load pkg\/mod\.py: AttributeError/],
    ['does not end', 'def unique(items):\n    while True:\n        pass\n', /^champion: after 0 cases it was stopped after 3 s/],
  ])('%s', async (_name, champion, text) => {
    expect(await against(fast, { timeout: 3 }, champion)).toMatch(text);
  });

  it('has no interpreter', async () => {
    expect(await against(fast, { runner: 'no-such-python' })).toMatch(/^champion: it ended with exit code 127: .*no-such-python: not found/);
  });
});
