import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { RecipeCases } from './python-cases.js';
import { args, data, hashable, listOf, loose, text, texts, wild } from './python-values.js';

/** Of the recipes for calls, imports, comprehensions and types. */
export const morePythonCases: Record<string, RecipeCases> = {
  'compare-for-max': {
    fires: [
      { source: 'def f(a, b, c):\n    return max(a, b), min(a, b), max(a, b, c), min(c, 0, a), max(b, -1)\n', inputs: args(wild, wild, wild) },
      { source: 'def f(xs):\n    best = 0\n    out = []\n    for i, x in enumerate(xs):\n        best = max(best, len(out) + i, x)\n        low = xs[i] = min(x, xs[i - 1])\n        out.append((best, low))\n    return min(out[0], out[-1])\n', inputs: args(loose) },
      { source: 'def f(a, b, c, d):\n    if a:\n        least = min(a, b, c, d)\n    else:\n        least = max(0, b, [c][0], d, 5)\n    return least\n', inputs: args(wild, wild, wild, wild) },
      { source: 'def f(a, b):\n    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]\n    for i, x in enumerate(a):\n        for j, y in enumerate(b):\n            if x == y:\n                table[i + 1][j + 1] = table[i][j] + 1\n            else:\n                table[i + 1][j + 1] = max(\n                    table[i][j + 1],\n                    table[i + 1][j],\n                )\n    return table[-1][-1]\n', inputs: args(loose, loose) },
    ],
    leaves: {
      'its text is printed': 'def f(a, b):\n    return f"{max(a, b)=}"\n',
      'a max of their own': 'def max(a, b):\n    return a\n\ndef f(a, b):\n    return max(a, b)\n',
      'of all elements': 'def f(xs):\n    return max(xs), max(*xs), max(xs, key=len), max(xs, default=0)\n',
      'a call in the middle of an expression': 'def f(a, g):\n    return g(a) + max(g(1), g(2))\n',
      'four in the middle of an expression': 'def f(a, b, c, d):\n    return 1 + max(a, b, c, d)\n',
      'a call that runs only at need': 'def f(a, g):\n    return a or max(g(1), 2)\n',
    },
  },
  'known-type-before-abc': {
    fires: [
      { source: 'from collections.abc import Mapping, Sequence as Seq\n\n\ndef f(x):\n    if isinstance(x, Mapping):\n        return "mapping"\n    return isinstance(x, (Seq, int)), isinstance(x, Mapping)\n', inputs: args(fc.oneof(wild, fc.constantFrom('[]', 'True', '()', 'bytearray()', 'range(3)'))) },
      { source: 'import collections.abc\nimport numbers\n\n\ndef f(x):\n    return [isinstance(x, numbers.Number), isinstance(x, numbers.Integral), isinstance(x, collections.abc.Hashable), isinstance(x, collections.abc.Iterable), isinstance(x, collections.abc.Callable), isinstance(x, collections.abc.Set)]\n', inputs: args(fc.oneof(wild, fc.constantFrom('[]', '(1,)', '{}', 'set()', 'complex(1)', 'len', 'iter([])'))) },
    ],
    leaves: {
      'a Mapping of their own': 'class Mapping:\n    pass\n\ndef f(x):\n    return isinstance(x, Mapping)\n',
      'a class beside it': 'from collections.abc import Mapping\n\nclass C:\n    pass\n\ndef f(x):\n    return isinstance(x, (Mapping, C))\n',
      'builtin types only': 'def f(x):\n    return isinstance(x, (list, tuple))\n',
      'imported twice': 'from collections.abc import Mapping\nfrom other import Mapping\n\ndef f(x):\n    return isinstance(x, Mapping)\n',
      'an expression': 'from collections.abc import Mapping\n\ndef f(x):\n    return isinstance(x.y, Mapping)\n',
    },
  },
  'parse-fixed-date': {
    fires: [
      { source: "from datetime import datetime\n\n\ndef f(text):\n    return repr(datetime.strptime(text, '%Y-%m-%d')), datetime.strptime(text, '%Y-%m-%d').date()\n", inputs: args(dates('2020-02-29', '2020-2-9', '2021-02-29', '0000-01-01', '2020-13-01', '2020-01-0١', '20200-1-01', '2020-01- 1')) },
      { source: "import datetime as dt\n\n\ndef f(text):\n    return repr(dt.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ'))\n", inputs: args(dates('2020-02-29T23:59:60.000001Z', '2020-02-29T23:59:59.000001Z', '2020-02-29T23:59:59.1Z', '2020-02-29t23:59:59.000001z', '2020-02-29T24:00:00.000000Z')) },
      { source: "import datetime\n\n\ndef f(text):\n    try:\n        return repr(datetime.datetime.strptime(text, '%d/%m/%Y %H:%M'))\n    except ValueError as error:\n        return str(error), repr(datetime.datetime.strptime(text, '%Y%m%d'))\n", inputs: args(dates('29/02/2020 23:59', '29/02/2020\\t23:59', '1/2/2020 1:1', '20200229', '20201301', '2020121')) },
    ],
    leaves: {
      'another date': 'from mine import datetime\n\ndef f(text):\n    return datetime.strptime(text, "%Y-%m-%d")\n',
      'names of months': 'from datetime import datetime\n\ndef f(text):\n    return datetime.strptime(text, "%d %b %Y")\n',
      'a short year': 'from datetime import datetime\n\ndef f(text):\n    return datetime.strptime(text, "%y-%m-%d")\n',
      'a time zone': 'from datetime import datetime\n\ndef f(text):\n    return datetime.strptime(text, "%Y-%m-%d%z")\n',
      'no date': 'from datetime import datetime\n\ndef f(text):\n    return datetime.strptime(text, "%H:%M")\n',
      'a format that is not known': 'from datetime import datetime\n\ndef f(text, form):\n    return datetime.strptime(text, form)\n',
    },
  },
  'compiled-struct': {
    fires: [
      { source: "import struct\n\n\ndef f(data):\n    out = []\n    while len(data) >= 6:\n        out.append(struct.unpack('<HI', data[:6]))\n        out.append(struct.pack('>I', out[-1][1]))\n        data = data[6:]\n    return out, struct.unpack_from('<H', data, 0)\n", inputs: args(fc.constantFrom("b'abcdefgh'", "b'abcdef'", 'bytes(range(20))', "'abcdefgh'", 'None')) },
      { source: "from struct import pack as p\n\n\ndef f(*xs):\n    return p('<bH', *xs)\n", inputs: args(wild, fc.constantFrom('1', '300', '70000')) },
    ],
    leaves: {
      'a struct of their own': "import mine as struct\n\ndef f(data):\n    return struct.unpack('<I', data)\n",
      'the format is not constant': 'import struct\n\ndef f(data, n):\n    return struct.unpack("<%dI" % n, data), struct.unpack(f"<{n}I", data)\n',
      'only its size': "import struct\n\ndef f():\n    return struct.calcsize('<I')\n",
    },
  },
  'import-once': {
    fires: [
      { source: 'def f(xs):\n    """Sums."""\n    from math import sqrt\n    import itertools, functools\n    return [sqrt(x) for x in xs], list(itertools.accumulate(xs)), functools.reduce(lambda a, b: a, xs)\n', inputs: args(listOf(fc.constantFrom('1', '2', '2.5', '-1', 'None'), 4)) },
      { source: 'def f(x):\n    import re as _re\n    return _re.sub("a", "b", x)\n', inputs: args(wild) },
    ],
    leaves: {
      'another module': 'def f(x):\n    import numpy as np\n    return np.array(x)\n',
      'a module of the package': 'def f(x):\n    from . import re\n    return re.sub(x)\n',
      'under a condition': 'def f(x):\n    if x:\n        import math\n        return math.pi\n',
      'something builtin elsewhere': 'def g(x):\n    return pow(x, 2, 5)\n\ndef f(x):\n    from math import pow\n    return pow(x, 2)\n',
      'bound elsewhere': 'import math\n\ndef f(x):\n    import math\n    return math.pi\n',
      'it is all that the function does': 'def f():\n    import math\n',
    },
  },
  'collect-bytes': {
    fires: [
      { source: "def f(chunks):\n    data = b''\n    for chunk in chunks:\n        data += chunk\n        if len(data) > 9:\n            break\n    return data[:5], data\n", inputs: args(listOf(fc.constantFrom("b'a'", "b'abc'", "bytearray(b'x')", "memoryview(b'yz')"))) },
      { source: 'def f(pieces):\n    try:\n        n = 0\n        data = b""\n        while n < len(pieces):\n            for i in range(2):\n                data += pieces[n]\n            n += 1\n        return {data: n}\n    except IndexError:\n        return None\n', inputs: args(listOf(fc.constantFrom("b'a'", "b'abc'", "b''"))) },
    ],
    leaves: {
      'it is read in the loop': "def f(xs):\n    data = b''\n    for x in xs:\n        data += x\n        g(data)\n    return data\n",
      'it is returned from the loop': "def f(xs):\n    data = b''\n    for x in xs:\n        data += x\n        if x:\n            return data\n    return data\n",
      'an error is caught': "def f(xs):\n    data = b''\n    try:\n        for x in xs:\n            data += x\n    except TypeError:\n        pass\n    return data\n",
      'an error is caught, and it is used after that': "def f(xs):\n    try:\n        data = b''\n        for x in xs:\n            data += x\n    except TypeError:\n        pass\n    return data\n",
      'text': "def f(xs):\n    data = ''\n    for x in xs:\n        data += x\n    return data\n",
      'it is not empty before': "def f(xs):\n    data = b'x'\n    for x in xs:\n        data += x\n    return data\n",
    },
  },
  'append-one': {
    fires: [
      { source: 'def f(xs):\n    out = []\n    for x in xs:\n        out += [(x, len(out))]\n    g(out)\n    return out\n\ndef g(x):\n    x.append(1)\n', inputs: args(loose) },
      { source: 'def f(xs):\n    out = list(xs)\n    for x in xs:\n        out = out + [x]\n        if x == 5:\n            out = []\n        out += [1]\n    return out\n', inputs: args(loose) },
    ],
    leaves: {
      'a generator goes over the old list later': 'def f(xs):\n    out = []\n    later = (y for y in out)\n    for x in xs:\n        out = out + [x]\n    return list(later) + list(out)\n',
      'another type': 'def f(xs, out):\n    for x in xs:\n        out += [x]\n    return out\n',
      'something else has the old list': 'def f(xs):\n    out = []\n    kept = {}\n    for x in xs:\n        kept[x] = out\n        out = out + [x]\n    return kept\n',
      'a loop goes over the old list': 'def f(xs):\n    out = [1, 2]\n    for x in out:\n        out = out + [x]\n    return out\n',
      'two elements': 'def f(xs):\n    out = []\n    for x in xs:\n        out += [x, x]\n    return out\n',
      'all elements of another': 'def f(xs):\n    out = []\n    for x in xs:\n        out += [*x]\n    return out\n',
    },
  },
  'key-getter': {
    fires: [
      { source: 'def f(rows):\n    rows = sorted(rows, key=lambda row: row[1], reverse=True)\n    rows.sort(key=lambda r: (r[0], r[-1]))\n    return rows, max(rows, key=lambda r: r[1])\n', inputs: args(listOf(fc.constantFrom('(1, 2)', '(3, 1)', '(1, 1, 5)', '(2, 2)', "('a', 1)", '(2,)', '5', '[1, 2]'), 4)) },
      { source: 'def f(items):\n    return min(items, key=lambda item: item.n), sorted(items, key=lambda item: (item.n, item.n.real))\n', inputs: args(listOf(fc.constantFrom('Same(1)', 'Same(2)', 'Same(3)', '5'), 4)) },
      { source: "def f(items):\n    return sorted(items, key=lambda i: i['a'])\n", inputs: args(listOf(fc.constantFrom("{'a': 1}", "{'a': 2, 'b': 1}", "{'b': 1}", "{'a': 'x'}"), 4)) },
    ],
    leaves: {
      'a place that is not constant': 'def f(xs, i):\n    return sorted(xs, key=lambda x: x[i])\n',
      'a calculation': 'def f(xs):\n    return sorted(xs, key=lambda x: -x[0])\n',
      'a default': 'def f(xs):\n    return sorted(xs, key=lambda x, y=0: x[0])\n',
      'a private name': 'class C:\n    def f(self, xs):\n        return sorted(xs, key=lambda x: x.__n)\n',
      'a function of their own': 'def f(xs, g):\n    return g(xs, key=lambda x: x[0])\n',
      'a slice': 'def f(xs):\n    return sorted(xs, key=lambda x: x[0:1])\n',
    },
  },
  'list-for-generator': {
    fires: [
      { source: "def f(xs):\n    return ''.join(str(x) for x in xs if x), tuple((x, x) for x in xs), sum(1 for x in xs if x)\n", inputs: args(loose) },
      { source: 'def f(xs):\n    sep = str(xs)\n    return sep.join(x for x in xs), sorted((x for x in xs if x), key=str, reverse=True), sorted(x for x in xs)\n', inputs: args(fc.oneof(texts, loose)) },
    ],
    leaves: {
      'any stops early': 'def f(xs):\n    return any(x for x in xs), all(x for x in xs)\n',
      'numbers are added as they come': 'def f(xs):\n    return sum(x for x in xs)\n',
      'it may end by next': 'def f(xs, it):\n    return tuple(next(it) for x in xs)\n',
      'a path': 'def f(path, xs):\n    return path.join(x for x in xs)\n',
      'a tuple of their own': 'def tuple(xs):\n    return next(xs)\n\ndef f(xs):\n    return tuple(x for x in xs)\n',
    },
  },
  'direct-comprehension': {
    fires: [
      { source: 'def f(xs):\n    return f"{set(str(x) for x in xs if x == 1)} {dict((x, 1) for x in xs if x == 2)!r}"\n', inputs: args(listOf(hashable)) },
      { source: 'def f(xs):\n    return set([x for x in xs if x]), set(str(x) for x in xs), list((x, 1) for x in xs)\n', inputs: args(listOf(hashable)) },
      { source: 'def f(pairs):\n    return dict((k, v if k else None) for k, v in pairs), dict([(str(v), k) for k, v in pairs])\n', inputs: args(listOf(fc.constantFrom('(1, 2)', "('a', 2)", '(1, 3)', '(0, [])', '5', '([], 1)'), 6)) },
    ],
    leaves: {
      'pairs of another kind': 'def f(xs):\n    return dict(x for x in xs), dict([x, x] for x in xs)\n',
      'a frozenset': 'def f(xs):\n    return frozenset([x for x in xs])\n',
      'it may end by next': 'def f(it):\n    return list(next(it) for _ in range(3))\n',
      'a set of their own': 'class set:\n    pass\n\ndef f(xs):\n    return set(x for x in xs)\n',
      'more in the dict': 'def f(xs):\n    return dict(((k, v) for k, v in xs), a=1)\n',
    },
  },
  'dict-comprehension': {
    fires: [
      { source: 'def f(xs):\n    places = {}\n    for i, x in enumerate(xs):\n        places[x] = i\n    return g(places)\n\ndef g(x):\n    return x\n', inputs: args(loose) },
      { source: 'def f(xs):\n    seen = set()\n    for x in xs:\n        if x:\n            seen.add(str(x))\n    table: dict = dict()\n    for a in xs:\n        table[a, 1] = 0 if a else a\n    return seen, table\n', inputs: args(loose) },
    ],
    leaves: {
      'the dict is read while it grows': 'def f(xs):\n    d = {}\n    for x in xs:\n        d[x] = len(d)\n    return d\n',
      'a function sees it': 'def f(xs):\n    d = {}\n    g = lambda: len(d)\n    for x in xs:\n        d[x] = g()\n    return d\n',
      'both sides call something': 'def f(xs, g):\n    d = {}\n    for x in xs:\n        d[g(x)] = g(x)\n    return d\n',
      'somebody may see it half built': 'def f(xs):\n    try:\n        d = {}\n        for x in xs:\n            d[x] = x.y\n    except AttributeError:\n        return d\n    return d\n',
      'the variable is used later': 'def f(xs):\n    d = {}\n    for x in xs:\n        d[x] = 1\n    return d, x\n',
      'it is not empty before': 'def f(xs):\n    d = {0: 1}\n    for x in xs:\n        d[x] = 1\n    return d\n',
    },
  },
  'constant-set': {
    fires: [{ source: "def f(text):\n    return [c for c in str(text) if c in ('a', 'b', '1', ' ', '[')], len(text) not in [1, 2, 3, 5, 8]\n", inputs: args(fc.oneof(loose, text)) }],
    leaves: {
      'it may be a list that is looked for': "def f(x):\n    return x in ('a', 'b', 'c', 'd')\n",
      'three': "def f(x):\n    return str(x) in ('a', 'b', 'c')\n",
      'not all constant': "def f(x, y):\n    return str(x) in ('a', 'b', 'c', y)\n",
      'numbers with a point': 'def f(x):\n    return len(x) in (1.0, 2.0, 3.0, 4.0)\n',
    },
  },
  'one-test-for-several': {
    fires: [
      { source: "def f(s):\n    return s.startswith('a') or s.startswith(('b', ' ')) or not s or s.endswith('a') or s.endswith(\"b\")\n", inputs: args(fc.oneof(text, fc.constantFrom("b'a'", 'None', '5', '[1]'))) },
      { source: 'def f(x):\n    if x and (isinstance(x, list) or isinstance(x, (tuple, str))) and not isinstance(x, bytes) and not isinstance(x, int):\n        return 1\n    return isinstance(x, int) or isinstance(x, float)\n', inputs: args(fc.oneof(wild, loose)) },
    ],
    leaves: {
      'different values': "def f(a, b):\n    return a.startswith('x') or b.startswith('y')\n",
      'a prefix that is not constant': "def f(a, b):\n    return a.startswith('x') or a.startswith(b)\n",
      'not side by side': "def f(a, b):\n    return a.startswith('x') or b or a.startswith('y')\n",
      'both must hold': "def f(a):\n    return a.startswith('x') and a.startswith('xy')\n",
      'from a place on': "def f(a):\n    return a.startswith('x', 1) or a.startswith('y', 1)\n",
      'classes of their own': 'class C:\n    pass\n\ndef f(x):\n    return isinstance(x, C) or isinstance(x, int)\n',
    },
  },
  'copy-without-dumps': {
    fires: [{ source: 'import json\n\n\ndef f(x):\n    return json.loads(json.dumps(x))\n', inputs: args(fc.oneof(data, fc.constantFrom("{'a': [1, {'b': None}], 'c': 1.5}", "['é']", "{'é': 1}", '10 ** 30', "{'a': -0.0}", "['\\ud83d\\ude00']", '(lambda x: [x.append(x), x])([])'))) }],
    leaves: {
      'with options': 'import json\n\ndef f(x):\n    return json.loads(json.dumps(x, default=str))\n',
      'another json': 'import mine as json\n\ndef f(x):\n    return json.loads(json.dumps(x))\n',
      'text that comes from elsewhere': 'import json\n\ndef f(x):\n    return json.loads(x)\n',
    },
  },
  'without-list': {
    fires: [
      { source: 'def f(x):\n    return list(x)[0], len(list(x))\n', inputs: args(fc.oneof(loose, fc.constantFrom('{}', '[]', 'iter([1, 2])', 'range(3)', 'set()'))) },
      { source: 'def f(x):\n    return sorted(list(x), reverse=True), list(sorted(x)), tuple(list(x)), frozenset(list(x))\n', inputs: args(fc.oneof(loose, fc.constantFrom('iter([1, 2])', 'range(3)'))) },
    ],
    leaves: {
      'another element': 'def f(x):\n    return list(x)[1], list(x)[-1]\n',
      'it is changed': 'def f(x):\n    list(x)[0] = 1\n',
      'an expression': 'def f(x):\n    return list(x.y)[0]\n',
      'a list of their own': 'def list(x):\n    return x\n\ndef f(x):\n    return sorted(list(x))\n',
    },
  },
};

/** Texts that may be dates of the formats of the cases. */
function dates(...more: string[]): Arbitrary<string> {
  const two = (most: number): Arbitrary<string> => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
  const made = fc.tuple(fc.integer({ min: 0, max: 9999 }), two(13), two(32), two(25), two(61)).chain(([y, m, d, H, M]) => fc.constantFrom(`${String(y).padStart(4, '0')}-${m}-${d}`, `${y}-${m}-${d}T${H}:${M}:${M}.${H}0${M}1Z`, `${d}/${m}/${y} ${H}:${M}`, `${y}${m}${d}`));
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...more) }, { weight: 8, arbitrary: made }).map((date) => `'${date}'`);
}
