import { expect, it } from 'vitest';
import type { HotFacts } from '../../../src/profile/rules/host/calls.js';
import { causeOf } from '../../../src/profile/rules/host/cause.js';

/** A function with half of the busy time; what its calls and lines take is of the whole, too. */
function facts({ via = {}, lines = {}, collectorShare = 0, calls = null, selfMs = 500 }: { via?: Record<string, number>; lines?: Record<string, number>; collectorShare?: number; calls?: number | null; selfMs?: number }): HotFacts {
  return {
    hot: { frame: 1, function: 'f', file: 'a.js', line: 1, column: null, selfShare: 0.5, ownShare: 0.2, totalShare: 0.6, collectorShare, selfMs, totalMs: 600, calls, hotLines: [] },
    via: Object.entries(via).map(([name, share]) => ({ function: name, kind: 'builtin', module: '', share })),
    lines: Object.entries(lines).map(([text, share], index) => ({ line: index + 1, share, text })),
  };
}

it.each([
  ['H1-hot-function', {}],
  ['H1-hot-function', { via: { indexOf: 0.1 } }],
  ['H1-list-search', { via: { indexOf: 0.3 } }],
  ['H1-list-search', { via: { "{method 'index' of 'list' objects}": 0.3 } }],
  ['H1-list-shift', { via: { "{method 'pop' of 'list' objects}": 0.3 } }],
  ['H1-sorting', { via: { '{built-in method builtins.sorted}': 0.3 } }],
  ['H2-copying', { via: { deepcopy: 0.2, _deepcopy_list: 0.1, "{method 'append' of 'list' objects}": 0.15, '{built-in method builtins.id}': 0.05 } }],
  ['H2-copying', { via: { structuredClone: 0.3 } }],
  ['H2-copying', { via: { __memmove_avx_unaligned_erms: 0.01, memcpy: 0.3 } }],
  ['H2-allocating', { via: { _int_malloc: 0.2, cfree: 0.1 } }],
  ['H2-allocating', { via: { 'operator new(unsigned long)': 0.3 } }],
  ['H2-garbage', { collectorShare: 0.3 }],
  ['H1-hot-function', { collectorShare: 0.04 }],
  ['H3-parsing', { via: { loads: 0.1, raw_decode: 0.2 } }],
  ['H3-parsing', { lines: { 'const config = JSON.parse(text);': 0.4, 'return config[route];': 0.1 } }],
  ['H1-hot-function', { lines: { 'const config = JSON.parse(text);': 0.05, 'sum += a[i] * b[i];': 0.4 } }],
  ['H3-regular-expressions', { via: { "{method 'search' of 're.Pattern' objects}": 0.4 } }],
  ['H3-regular-expressions', { lines: { "const parts = text.match(/a+b/);": 0.4 } }],
  ['H4-blocking-calls', { via: { readFileSync: 0.3 } }],
  ['H4-blocking-calls', { via: { '{built-in method io.open}': 0.3 } }],
  ['H5-lock-contention', { via: { __lll_lock_wait: 0.2, pthread_mutex_lock: 0.1 } }],
  ['H6-interpreter-overhead', { via: { '{built-in method builtins.isinstance}': 0.15, '{built-in method builtins.getattr}': 0.15 } }],
  ['H6-tiny-functions', { calls: 1_000_000 }],
  ['H1-hot-function', { calls: 100 }],
  ['H1-hot-function', { calls: 1_000_000, selfMs: 50_000 }],
] as const)('%s: %j', (rule, given) => {
  expect(causeOf(facts(given)).rule).toBe(rule);
});

const python = '/usr/lib/python3.11';
it.each([
  ['H2-copying', 'deepcopy', `${python}/copy.py`],
  ['H3-parsing', 'loads', `${python}/json/__init__.py`],
  ['H3-parsing', 'decode', `${python}/json/decoder.py`],
  ['H1-hot-function', 'decode', `${python}/encodings/utf_8.py`],
  ['H3-regular-expressions', '_compile', `${python}/re/__init__.py`],
  ['H3-regular-expressions', '_parse', 'sre_parse.py'],
  ['H1-hot-function', '_parse', `${python}/argparse.py`],
  ['H1-hot-function', 'find', `${python}/gettext.py`],
  ['H1-hot-function', 'copy_tree', `${python}/distutils/dir_util.py`],
  ['H2-copying', 'structuredClone', 'node:internal/structured_clone'],
])('%s: %s of %s', (rule, name, module) => {
  expect(causeOf({ ...facts({}), via: [{ function: name, kind: 'library', module, share: 0.4 }] }).rule).toBe(rule);
});
