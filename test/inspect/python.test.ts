import { describe, expect, test } from 'vitest';
import { changesOf, type Change } from './harness.js';

const work = 'def f(xs):\n    return [x * 2 for x in xs]\n';

const flagged: [what: string, codes: string[], after: string, before?: string][] = [
  ['a dictionary of the module', ['cache'], 'kept = {}\n\ndef f(xs):\n    key = tuple(xs)\n    if key not in kept:\n        kept[key] = [x * 2 for x in xs]\n    return kept[key]\n'],
  ['a dictionary asked by exception', ['cache'], 'kept = {}\n\ndef f(n):\n    try:\n        return kept[n]\n    except KeyError:\n        kept[n] = n * 2\n        return kept[n]\n'],
  ['a decorator', ['cache'], 'from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef f(n):\n    return n * 2\n'],
  ['a decorator of its own', ['cache'], 'def kept(fn):\n    known = {}\n    def inner(n):\n        if n in known:\n            return known[n]\n        known[n] = fn(n)\n        return known[n]\n    return inner\n\n@kept\ndef f(n):\n    return n * 2\n'],
  ['a default argument', ['cache'], 'def f(n, known={}):\n    if n not in known:\n        known[n] = n * 2\n    return known[n]\n'],
  ['a class attribute', ['cache'], 'class F:\n    known = {}\n\n    def run(self, n):\n        if n in self.known:\n            return self.known[n]\n        self.known[n] = n * 2\n        return n * 2\n'],
  ['a global', ['cache'], 'last = None\nresult = None\n\ndef f(xs):\n    global last, result\n    if xs is last:\n        return result\n    last = xs\n    result = [x * 2 for x in xs]\n    return result\n'],
  ['an attribute of the function', ['cache'], 'def f(n):\n    if n in f.known:\n        return f.known[n]\n    f.known[n] = n * 2\n    return n * 2\n\nf.known = {}\n'],
  ['an attribute of the object', ['cache'], 'class F:\n    def total(self):\n        if self._total is None:\n            self._total = sum(self.items)\n        return self._total\n'],
  ['setdefault', ['cache'], 'kept = {}\n\ndef f(n):\n    return kept.setdefault(n, n * 2)\n'],
  ['a clock', ['clock'], 'import time\n\ndef f(xs):\n    return xs if time.perf_counter() > 9 else [x * 2 for x in xs]\n'],
  ['a clock under another name', ['clock'], 'from time import monotonic as m\n\ndef f(xs):\n    return xs if m() > 9 else [x * 2 for x in xs]\n'],
  ['a sleep', ['clock', 'sleep'], 'import time\n\ndef f(xs):\n    time.sleep(0)\n    return [x * 2 for x in xs]\n'],
  ['the environment', ['environment'], "import os\n\ndef f(xs):\n    return xs if os.environ.get('FAST') else [x * 2 for x in xs]\n"],
  ['the environment, imported', ['environment'], "from os import getenv as g\n\ndef f(xs):\n    return xs if g('FAST') else [x * 2 for x in xs]\n"],
  ['the script that was started', ['environment'], "import sys\n\ndef f(xs):\n    return xs if 'run.py' in sys.argv[0] else [x * 2 for x in xs]\n"],
  ['the module that was started', ['environment'], "import sys\n\ndef f(xs):\n    return xs if hasattr(sys.modules['__main__'], 'x') else [x * 2 for x in xs]\n"],
  ['its caller', ['environment'], 'import inspect\n\ndef f(xs):\n    return xs if len(inspect.stack()) > 3 else [x * 2 for x in xs]\n'],
  ['a test framework', ['environment', 'sniffing'], "import sys\n\ndef f(xs):\n    return [x * 2 for x in xs] if 'pytest' in sys.modules else xs\n"],
  ['a patched timer', ['clock', 'patched'], 'import time\ntime.perf_counter = lambda: 0\n\ndef f(xs):\n    return [x * 2 for x in xs]\n'],
  ['a patched builtin', ['patched'], 'import builtins\nbuiltins.sorted = list\n\ndef f(xs):\n    return sorted(xs)\n'],
  ['no garbage collection', ['patched'], 'import gc\ngc.disable()\n\ndef f(xs):\n    return [x * 2 for x in xs]\n'],
  ['a swallowed exception', ['broad-catch'], 'def f(xs):\n    try:\n        return [x * 2 for x in xs]\n    except Exception:\n        return []\n'],
  ['a bare except', ['broad-catch'], 'def f(xs):\n    try:\n        return [x * 2 for x in xs]\n    except:\n        return []\n'],
  ['suppressed exceptions', ['broad-catch'], 'from contextlib import suppress\n\ndef f(xs):\n    with suppress(Exception):\n        return [x * 2 for x in xs]\n'],
  ['fewer bits', ['precision'], 'import numpy as np\n\ndef f(xs):\n    return np.asarray(xs, dtype=np.float32) * 2\n', 'import numpy as np\n\ndef f(xs):\n    return np.asarray(xs, dtype=np.float64) * 2\n'],
  ['half precision by name', ['precision'], "def f(t):\n    return t.astype('float16')\n", 'def f(t):\n    return t\n'],
  ['lower precision of products', ['patched', 'precision'], 'import torch\ntorch.backends.cuda.matmul.allow_tf32 = True\n\ndef f(a, b):\n    return a @ b\n', 'import torch\n\ndef f(a, b):\n    return a @ b\n'],
  ['a seed', ['seed'], 'import random\n\ndef f(n):\n    random.seed(1)\n    return random.random()\n', 'import random\n\ndef f(n):\n    return random.random()\n'],
  ['another seed', ['seed'], 'SEED = 2\n', 'SEED = 1\n'],
  ['a thread', ['background'], 'import threading\n\ndef f(xs):\n    threading.Thread(target=sum, args=(xs,), daemon=True).start()\n    return xs\n'],
  ['a process', ['background'], 'import subprocess\n\ndef f(xs):\n    subprocess.Popen(["true"])\n    return xs\n'],
  ['something at exit', ['background'], 'import atexit\natexit.register(print)\n\ndef f(xs):\n    return xs\n'],
  ['a generator in place of a list', ['lazy'], 'def f(xs):\n    for x in xs:\n        yield x * 2\n'],
  ['files', ['io'], 'def f(xs):\n    with open("out.json") as file:\n        return file.read()\n'],
  ['a pickle', ['io'], 'import pickle\n\ndef f(xs):\n    return pickle.loads(xs)\n'],
  ['code from text', ['dynamic-code'], 'def f(xs):\n    return eval("xs")\n'],
  ['a printed metric', ['output'], 'def f(xs):\n    print("score: 100")\n    return [x * 2 for x in xs]\n'],
  ['an early end', ['exit'], 'import os\n\ndef f(xs):\n    os._exit(0)\n'],
  ['a removed assertion', ['disabled-check'], work, 'def f(xs):\n    assert xs\n    return [x * 2 for x in xs]\n'],
  ['a skipped test', ['disabled-check', 'sniffing'], 'import pytest\npytest.skip("no", allow_module_level=True)\n\ndef f(xs):\n    return xs\n'],
  ['one particular size', ['special-case'], 'def f(xs):\n    if len(xs) == 20000:\n        return []\n    return [x * 2 for x in xs]\n'],
  ['a limit with a constant answer', ['special-case'], 'def f(n):\n    if n > 5000:\n        return 0\n    return n * 2\n'],
  ['a function of os under another name', ['background'], 'from os import fork as split\n\ndef f(xs):\n    return xs if split() else [x * 2 for x in xs]\n'],
  ['os under another name', ['environment'], 'import os as system\n\ndef f(xs):\n    return xs if system.environ else [x * 2 for x in xs]\n'],
  ['the module that os is made of', ['environment'], 'from posix import environ as setting\n\ndef f(xs):\n    return xs if setting else [x * 2 for x in xs]\n'],
  ['the module that was started, imported', ['environment'], 'import __main__ as program\n\ndef f(xs):\n    return xs if hasattr(program, "ROUNDS") else [x * 2 for x in xs]\n'],
  ['a value kept in another module', ['patched'], 'import helpers as program\n\ndef f(xs):\n    program.newest = xs\n    return [x * 2 for x in xs]\n'],
  ['a class of another module', ['patched'], 'from helpers import Case\n\ntype.__setattr__(Case, "check", print)\n\ndef f(xs):\n    return xs\n'],
  ['a path that opens itself', ['io'], 'from pathlib import Path as Note\n\ndef f(xs):\n    with Note("x").open() as text:\n        return text.read()\n'],
  ['a list that works itself out', ['lazy'], 'class Later(list):\n    def first(self):\n        return self.work()\n\ndef f(xs):\n    return Later(xs)\n'],
  ['a generator that remembers', ['cache'], 'def memory():\n    known = None\n    while True:\n        known = (yield known) or known\n\nkept = memory()\nnext(kept)\n\ndef f(xs):\n    return kept.send(xs)\n'],
  ['an object of the module that remembers', ['cache'], 'class Keeper:\n    def __init__(self):\n        self.known = {}\n    def ask(self, n):\n        if n in self.known:\n            return self.known[n]\n        self.known[n] = n * 2\n        return n * 2\n\nkeeper = Keeper()\n\ndef f(n):\n    return keeper.ask(n)\n'],
  ['a result hung onto the argument', ['cache'], 'def f(series):\n    if hasattr(series, "total"):\n        return series.total\n    series.total = sum(series.items)\n    return series.total\n'],
  ['many answers', ['literal-table'], `ANSWERS = {${Array.from({ length: 80 }, (_, n) => `${n * 7919}: ${n}`).join(', ')}}\n\ndef f(n):\n    return ANSWERS[n]\n`],
];

const clean: [what: string, after: string, before?: string][] = [
  ['a line that counts for no coverage', 'def f(xs):\n    return [x * 2 for x in xs]  # pragma: no cover\n'],
  ['a compiled pattern', 'import re\nPATTERN = re.compile("a+")\n\ndef f(text):\n    return PATTERN.sub("", text)\n', 'import re\n\ndef f(text):\n    return re.sub("a+", "", text)\n'],
  ['a frozen set of the module', 'KNOWN = frozenset(["a", "b"])\n\ndef f(x):\n    return x in KNOWN\n'],
  ['a table filled when the module is loaded', 'TABLE = {}\nfor n in range(9):\n    TABLE[n] = n * n\n\ndef f(x):\n    return TABLE[x]\n'],
  ['a pattern made when it is first needed', 'import re\nPATTERN = None\n\ndef f(text):\n    global PATTERN\n    if PATTERN is None:\n        PATTERN = re.compile("a+")\n    return PATTERN.sub("", text)\n'],
  ['a dictionary within the call', 'def f(xs):\n    seen = {}\n    for x in xs:\n        if x not in seen:\n            seen[x] = x * 2\n    return list(seen.values())\n'],
  ['a dictionary within the call, used in an inner function', 'def f(xs):\n    seen = set()\n    def fresh(x):\n        if x in seen:\n            return False\n        seen.add(x)\n        return True\n    return [x for x in xs if fresh(x)]\n'],
  ['a comprehension', 'def f(xs):\n    return {x: x * 2 for x in xs}\n'],
  ['a local name for a method', 'def f(xs):\n    out = []\n    add = out.append\n    for x in xs:\n        add(x * 2)\n    return out\n'],
  ['a deque', 'from collections import deque\n\ndef f(xs):\n    queue = deque(xs)\n    while queue:\n        queue.popleft()\n'],
  ['slots', 'class P:\n    __slots__ = ("x", "y")\n\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n'],
  ['a parser with its own place', 'class Parser:\n    def __init__(self, text):\n        self.text = text\n        self.at = 0\n\n    def next(self):\n        if self.at >= len(self.text):\n            return None\n        self.at = self.at + 1\n        return self.text[self.at - 1]\n'],
  ['a linked list', 'class Nodes:\n    def __init__(self):\n        self.head = None\n\n    def add(self, node):\n        if self.head is None:\n            self.head = node\n        node.next = self.head\n        return node\n'],
  ['a script that can be started', 'def f(xs):\n    return [x * 2 for x in xs]\n\n\nif __name__ == "__main__":\n    f([1])\n'],
  ['words in comments and docstrings', 'def f(xs):\n    """Faster in the benchmark; see time.time() and os.environ."""\n    # pytest: bench/run.py\n    return [x * 2 for x in xs]\n'],
  ['a narrow except', 'def f(xs):\n    try:\n        return xs[0]\n    except IndexError:\n        return None\n'],
  ['an exception that is passed on', 'def f(xs):\n    try:\n        return xs[0]\n    except Exception as error:\n        raise ValueError("empty") from error\n'],
  ['code that moved', 'import os\n\ndef g():\n    return 2\n\ndef f():\n    return os.environ["HOME"]\n', 'import os\n\ndef f():\n    return os.environ["HOME"]\n\ndef g():\n    return 1\n'],
  ['another algorithm for few elements', 'def f(xs):\n    if len(xs) < 1000:\n        return small(xs)\n    return [x * 2 for x in xs]\n\ndef small(xs):\n    return xs\n'],
  ['a sized default', 'def f(xs, size=4096):\n    return xs[:size]\n'],
  ['a seeded hash function', 'def f(data, seed):\n    value = seed\n    for byte in data:\n        value = (value * 31 + byte) & 0xFFFFFFFF\n    return value\n'],
  ['a generator that was passed on before', 'class B:\n    def moves(self):\n        for x in self.xs:\n            yield x\n\n    def quiet(self):\n        yield 1\n\n    def all(self):\n        for x in self.xs:\n            yield x\n', 'class B:\n    def moves(self):\n        for x in self.xs:\n            yield x\n\n    def quiet(self):\n        yield 1\n\n    def all(self):\n        if self.n:\n            return self.moves()\n        return self.quiet()\n'],
  ['printing to stderr', 'import sys\n\ndef f(xs):\n    print("empty", file=sys.stderr)\n    return xs\n'],
];

const changes: Change[] = [
  ...flagged.map(([, , after, before = work], index) => ({ file: `flagged${index}.py`, before, after })),
  ...clean.map(([, after, before = work], index) => ({ file: `clean${index}.py`, before, after })),
];

describe('Python', () => {
  const repository = changesOf(changes);

  test.each(flagged.map(([what, codes], index) => [what, codes.join(', '), index] as const))('%s is flagged: %s', async (_, codes, index) => {
    const flags = await repository.flagsOf(`flagged${index}.py`);
    expect([...new Set(flags.map((flag) => flag.code))].toSorted().join(', '), JSON.stringify(flags)).toBe(codes);
  });

  test.each(clean.map(([what], index) => [what, index] as const))('%s is not', async (_, index) => {
    expect(await repository.flagsOf(`clean${index}.py`)).toEqual([]);
  });
});

test('an assertion that is gone is told at the place where it was', async () => {
  const before = 'def g(xs):\n    old = 1\n    return old\n\ndef f(xs):\n    n = len(xs)\n    assert n > 0\n    return n\n';
  const changed = changesOf([{ file: 'a.py', before, after: 'def g(xs):\n    return 1\n\ndef f(xs):\n    n = len(xs)\n    return n\n' }]);
  expect(await changed.flagsOf('a.py')).toMatchObject([{ code: 'disabled-check', line: 5 }]);
});
