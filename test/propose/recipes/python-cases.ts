import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { args, data, listOf, loose, text, texts, wild } from './python-values.js';

export interface Case {
  /** Defines `f`. */
  source: string;
  /** Python expressions of the argument list. */
  inputs: Arbitrary<string>;
}

export interface RecipeCases {
  fires: Case[];
  leaves: Record<string, string>;
}

export const pythonCases: Record<string, RecipeCases> = {
  'seen-set': {
    fires: [
      { source: 'import dataclasses\n\ndef f(xs):\n    seen = []\n    for x in xs:\n        ids = Coder.encode(x)\n        if ids in seen:\n            continue\n        seen.append(ids)\n        point = dataclasses.replace(Point(1), x=repr(x))\n        if point not in seen:\n            seen.append(point)\n    return repr(seen)\n\nclass Coder:\n    def encode(x):\n        return [x]\n\n@dataclasses.dataclass\nclass Point:\n    x: int\n', inputs: args(loose) },
      { source: 'def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n', inputs: args(loose) },
      { source: 'def f(text):\n    seen = []\n    n = 0\n    for word in text.split():\n        word = word.lower()\n        if word in seen:\n            n += 1\n            continue\n        seen.append(word)\n        g(seen[0])\n    return n, len(seen)\n\ndef g(x):\n    pass\n', inputs: args(fc.constantFrom("'a b A c a'", "''", "'x x x'", 'None')) },
      { source: 'def f(rows):\n    keys = []\n    for i, row in enumerate(rows):\n        for key in row:\n            if not key in keys:\n                keys.append(key)\n        if i not in keys:\n            keys.append(i + 1)\n    return keys\n', inputs: args(listOf(fc.oneof(loose, fc.constant('{}')), 6)) },
    ],
    leaves: {
      'a generator asks it later': 'def f(xs):\n    seen = []\n    later = (y in seen for y in xs)\n    for x in xs:\n        if str(x) not in seen:\n            seen.append(str(x))\n    return list(later)\n',
      'the list comes from outside': 'def f(xs, out):\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n',
      'an element is taken out': 'def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n        out.pop()\n    return out\n',
      'the list is handed out': 'def f(xs):\n    out = []\n    g(out)\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n',
      'it is not empty before': 'def f(xs):\n    out = [1]\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return out\n',
      'a name shares it': 'def f(xs):\n    out = other = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n    return other\n',
      'it is bound again in the loop': 'def f(xs):\n    out = []\n    for x in xs:\n        if x not in out:\n            out.append(x)\n        else:\n            out = []\n    return out\n',
      'no loop': 'def f(x):\n    out = []\n    if x not in out:\n        out.append(x)\n    return out\n',
    },
  },
  'lookup-set': {
    fires: [
      { source: 'def f(xs, ys):\n    n = 0\n    for x in xs:\n        if x not in ys:\n            raise KeyError(f"no {x!r}")\n        n += 1\n    return n\n', inputs: args(loose, loose) },
      { source: 'def f(xs, ys):\n    return [x for x in xs if x in ys]\n', inputs: args(loose, loose) },
      { source: 'def f(xs, ys):\n    n = 0\n    for x in xs:\n        if x not in ys:\n            n += 1\n    return n\n', inputs: args(loose, loose) },
      { source: 'def f(text, stop):\n    words = stop.split(",")\n    out = []\n    for w in text.split():\n        if w.lower() in words:\n            g()\n            out.append(w)\n    return out\n\ndef g():\n    pass\n', inputs: args(fc.constantFrom("'a b c B'", "''"), fc.constantFrom("'a,b,c,d,e,f,g,h,i,j'", "'a'", 'None')) },
      { source: 'def f(xs, ys):\n    return any(x in ys for x in xs)\n', inputs: args(loose, loose) },
    ],
    leaves: {
      'other tasks run between the rounds': 'async def f(xs, ys):\n    n = 0\n    async for x in xs:\n        if x in ys:\n            n += 1\n    return n\n',
      'the list grows in the loop': 'def f(xs, ys):\n    for x in xs:\n        if x not in ys:\n            ys.append(x)\n',
      'a key function may change it': 'def f(xs, ys, g):\n    return [x for x in xs if max(xs, key=g) and x in ys]\n',
      'an unknown call may change it': 'def f(xs, ys):\n    return [x for x in xs if g(x) and x in ys]\n',
      'it is another list in each iteration': 'def f(xs, yss):\n    n = 0\n    for x in xs:\n        ys = yss[0]\n        if x in ys:\n            n += 1\n    return n\n',
      'used as a dict': 'def f(xs, d):\n    return [x for x in xs if x in d and d.get(x)]\n',
      'annotated as a set': 'def f(xs, ys: set[str]):\n    return [x for x in xs if x in ys]\n',
      'a set already': 'def f(xs):\n    ys = {1, 2}\n    return [x for x in xs if x in ys]\n',
      'a generator that runs later': 'def f(xs, ys):\n    return (x for x in xs if x in ys)\n',
      'no loop': 'def f(x, ys):\n    return x in ys\n',
    },
  },
  'count-once': {
    fires: [
      { source: 'def f(xs):\n    return [x for x in xs if xs.count(x) > 1]\n', inputs: args(loose) },
      { source: 'def f(xs, ys):\n    out = []\n    for y in ys:\n        out.append(xs.index(y))\n    return out\n', inputs: args(loose, fc.oneof(loose, listOf(fc.constantFrom('1', "'a'"), 4))) },
    ],
    leaves: {
      'the list changes': 'def f(xs):\n    for x in xs:\n        if xs.count(x) > 1:\n            xs.remove(x)\n',
      'from a place on': 'def f(xs):\n    return [xs.index(x, 1) for x in xs]\n',
      'text': 'def f(s: str):\n    return [s.count(c) for c in s]\n',
      'an unknown call': 'def f(xs):\n    for x in xs:\n        g(xs.count(x))\n',
    },
  },
  popleft: {
    fires: [
      { source: 'def f(tree):\n    queue = [tree]\n    out = []\n    while queue:\n        node = queue.pop(0)\n        out.append(node[0])\n        for child in node[1]:\n            queue.append(child)\n        if len(queue) > 5:\n            queue.pop()\n    return out\n', inputs: args(treeText()) },
      { source: 'def f(text, n):\n    q = text.split(",")\n    out = []\n    for i in range(n):\n        out.append(q[0])\n        out.append(q.pop(0))\n        q.extend([i] * (i % 2))\n        out.append(len(q))\n    return out\n', inputs: args(fc.constantFrom("'a,b,c'", "'a'", "''"), fc.nat(3).map(String)).filter((list) => !/^\['a', [23]|^\['', [23]/.test(list)) },
    ],
    leaves: {
      'it is returned': 'def f(q):\n    xs = [1, 2]\n    while len(xs) > 1:\n        xs.pop(0)\n    return xs\n',
      'it comes from outside': 'def f(q):\n    while q:\n        q.pop(0)\n',
      'it is sliced': 'def f(t):\n    q = [t]\n    while q:\n        q.pop(0)\n        g(q[1:])\n',
      'it is handed out': 'def f(t):\n    q = [t]\n    while q:\n        g(q)\n        q.pop(0)\n',
      'no loop': 'def f(t):\n    q = [t]\n    return q.pop(0)\n',
    },
  },
  'append-and-reverse': {
    fires: [
      { source: 'def f(parents, at):\n    path = []\n    while at in parents:\n        path.insert(0, at)\n        at = parents[at]\n    return path\n', inputs: args(fc.constant("{'a': 'b', 'b': 'c', 'c': 'd'}"), fc.constantFrom("'a'", "'b'", "'x'", '[]')) },
      { source: 'def f(xs):\n    out = []\n    for x in xs:\n        if x is None:\n            continue\n        if x == 5:\n            break\n        for i in range(2):\n            out.insert(0, (x, i))\n    out.append("end")\n    return out\n', inputs: args(loose) },
    ],
    leaves: {
      'it is made in one branch only': 'def f(xs, want):\n    if want:\n        path = []\n    for x in xs:\n        if want:\n            path.insert(0, x)\n    if not want:\n        return 3\n    return path\n',
      'it is read in the loop': 'def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n        g(len(out))\n    return out\n',
      'it is returned from the loop': 'def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n        if x:\n            return out\n    return out\n',
      'it is not empty before': 'def f(xs):\n    out = [1]\n    for x in xs:\n        out.insert(0, x)\n    return out\n',
      'somebody may see it half built': 'def f(xs):\n    out = []\n    try:\n        for x in xs:\n            out.insert(0, x.y)\n    except AttributeError:\n        pass\n    return out\n',
      'another place': 'def f(xs):\n    out = []\n    for x in xs:\n        out.insert(1, x)\n    return out\n',
    },
  },
  'concat-lists': {
    fires: [
      { source: 'def f(lists):\n    return sum(lists, [])\n', inputs: args(listOf(fc.oneof({ weight: 4, arbitrary: listOf(wild, 3) }, fc.constantFrom('(1,)', "'a'", 'None', '3')), 5)) },
      { source: 'def f(pairs):\n    return sum((n * [x] for n, x in pairs), [])\n', inputs: args(listOf(fc.constantFrom('(2, 1)', "(0, 'a')", '(1, None)', "('a', 1)"), 5)) },
      { source: 'from functools import reduce\n\ndef f(lists):\n    return reduce(lambda a, b: a + b, lists, [])\n', inputs: args(listOf(fc.oneof({ weight: 4, arbitrary: listOf(wild, 3) }, fc.constantFrom('(1,)', 'None')), 5)) },
    ],
    leaves: {
      'numbers': 'def f(xs):\n    return sum(xs, 0)\n',
      'a list that is not empty': 'def f(xs):\n    return sum(xs, [1])\n',
      'backwards': 'from functools import reduce\n\ndef f(xs):\n    return reduce(lambda a, b: b + a, xs, [])\n',
      'a sum of their own': 'def sum(a, b):\n    return a\n\ndef f(xs):\n    return sum(xs, [])\n',
    },
  },
  'dict-membership': {
    fires: [
      { source: 'def f(d, k):\n    return k in list(d.keys())\n', inputs: args(fc.constantFrom("{'a': 1, 1: 2}", '{}', 'None', '[1]'), wild) },
      { source: 'def f(d, k):\n    if str(k) not in list(d):\n        return 1\n    return 2\n', inputs: args(fc.constantFrom("{'a': 1, '1': 2}", '{}', 'None', "['a']", "'a'"), wild) },
    ],
    leaves: {
      'a copy with more in it': 'def f(d, k):\n    return k in list(d) + [1]\n',
      'a list of their own': 'def list(d):\n    return [1]\n\ndef f(d, k):\n    return k in list(d)\n',
      'the values': 'def f(d, k):\n    return k in list(d.values())\n',
    },
  },
  'compiled-regex': {
    fires: [
      { source: 'import re\n\n\ndef f(s):\n    a = re.sub(r"a+", "x", s, count=1)\n    b = re.split("[ ,]", s, 1, re.I)\n    c = re.findall("(?x) b  # comment\\n", s, flags=re.I | re.M)\n    return a, b, c, bool(re.match(\'A\' \'b\', s, re.I)), [m.start() for m in re.compile(r"b").finditer(s)]\n', inputs: args(fc.oneof(text, wild)) },
      { source: 'import re\n\n# kept above f\nclass C:\n    def f(self, s):\n        return re.sub(r"""a\n|b""", lambda m: m.group(0).upper(), string=s)\n\ndef f(s):\n    return C().f(s)\n'.replace('def f(s)', 'def g(s)') + '\nf = g\n', inputs: args(text) },
    ],
    leaves: {
      'a pattern that is not constant': 'import re\n\ndef f(p, s):\n    return re.sub(p, "x", s)\n',
      'a pattern with a value in it': 'import re\n\ndef f(p, s):\n    return re.sub(f"{p}+", "x", s)\n',
      'another module': 'import regex as re\n\ndef f(s):\n    return re.sub("a", "x", s)\n',
      're is bound again': 'import re\nre = None\n\ndef f(s):\n    return re.sub("a", "x", s)\n',
      'flags that are not constant': 'import re\n\ndef f(s, flags):\n    return re.sub("a", "x", s, flags=flags)\n',
      'arguments that are not seen': 'import re\n\ndef f(*args):\n    return re.sub("a", *args)\n',
    },
  },
  'text-once-per-loop': {
    fires: [
      { source: 'def f(xs, q):\n    return [x for x in xs if x == q.lower()]\n', inputs: args(texts, fc.oneof(text, wild)) },
      { source: 'def f(xs, q):\n    n = 0\n    for x in xs:\n        if x.strip() == q.strip() or q.upper() == x:\n            n += 1\n            g()\n    return n\n\ndef g():\n    pass\n', inputs: args(fc.oneof(texts, loose), fc.oneof(text, wild)) },
    ],
    leaves: {
      'the variable changes': 'def f(xs, q):\n    for x in xs:\n        if x == q.lower():\n            q = x\n    return q\n',
      'the variable is of the loop': 'def f(xs):\n    return [x.lower() for x in xs]\n',
      'an argument': 'def f(xs, q):\n    return [q.strip(x) for x in xs]\n',
      'no loop': 'def f(q):\n    return q.lower()\n',
    },
  },
  'copy-plain-data': {
    fires: [
      { source: 'import copy\n\n\ndef f(x):\n    return copy.deepcopy(x)\n', inputs: args(data) },
      { source: 'from copy import copy, deepcopy as deep\n\n\ndef f(x):\n    return deep(x), copy(x)\n', inputs: args(data) },
    ],
    leaves: {
      'a memo': 'import copy\n\ndef f(x, memo):\n    return copy.deepcopy(x, memo)\n',
      'another copy': 'import mine as copy\n\ndef f(x):\n    return copy.deepcopy(x)\n',
      'a shallow copy': 'import copy\n\ndef f(x):\n    return copy.copy(x)\n',
    },
  },
  comprehension: {
    fires: [
      { source: 'def f(xs, ys):\n    n = 0\n    for x in ys:\n        n += len(str(x))\n    out = []\n    for x in xs:\n        out.append((x, n))\n    for i, x in enumerate(ys):\n        out.append((i, x))\n    return out, [x for x in out]\n', inputs: args(loose, loose) },
      { source: 'def f(xs):\n    out = []\n    for x in xs:\n        if x:\n            out.append(g(x))\n    return out\n\ndef g(x):\n    if x == 5:\n        raise ValueError(x)\n    return (x, x)\n', inputs: args(loose) },
      { source: 'def f(rows):\n    n = 1\n    out = []\n    for i, (a, b) in enumerate(rows):\n        out.append(a if i > n else b)\n    out.append(n)\n    return out\n', inputs: args(listOf(fc.constantFrom('(1, 2)', "('a', None)", '(1,)', '3'), 5)) },
    ],
    leaves: {
      'a function of another loop sees the variable': 'def f(xs, ys):\n    gets = []\n    for x in ys:\n        gets.append(lambda: x)\n    out = []\n    for x in xs:\n        out.append(x)\n    return out, [get() for get in gets]\n',
      'the loop around has the same variable': 'def f(xs):\n    n = 0\n    for x in xs:\n        out = []\n        for x in [1, n]:\n            out.append(x)\n        n += x\n    return n\n',
      'what another loop goes over': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    for x in [x]:\n        out.append(x)\n    return out\n',
      'the list is read while it grows': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(len(out))\n    return out\n',
      'the variable is used later': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out, x\n',
      'somebody may see it half built': 'def f(xs):\n    try:\n        out = []\n        for x in xs:\n            out.append(x.y)\n    except AttributeError:\n        return out\n    return out\n',
      'more is done': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        g(x)\n    return out\n',
      'a closure keeps the variable': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(lambda: x)\n    return out\n',
      'it is not empty before': 'def f(xs):\n    out = [0]\n    for x in xs:\n        out.append(x)\n    return out\n',
      'a method of the parent': 'class C:\n    def f(self, xs):\n        out = []\n        for x in xs:\n            out.append(super().g(x))\n        return out\n',
      'the variables are looked at': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(locals())\n    return out\n',
      'otherwise': 'def f(xs):\n    out = []\n    for x in xs:\n        if x:\n            out.append(x)\n        else:\n            out.append(0)\n    return out\n',
      'it yields': 'def f(xs):\n    out = []\n    for x in xs:\n        out.append((yield x))\n    return out\n',
    },
  },
};

function treeText(): Arbitrary<string> {
  return fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof({ maxDepth: 3 }, fc.nat(9).map((v) => `(${v}, [])`), fc.tuple(fc.nat(9), fc.array(tie('node'), { maxLength: 4 })).map(([v, children]) => `(${v}, [${children.join(', ')}])`)),
  })).node;
}
