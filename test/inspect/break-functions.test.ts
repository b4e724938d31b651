import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { breakFunctions, functionNames } from '../../src/inspect/reach/break-functions.js';

/** Breaks what holds the line that is marked with `<-`, and gives the text and the names. */
function broken(path: string, source: string): { text: string; names: string[] } | null {
  const lines = new Set(source.split('\n').flatMap((line, index) => (line.includes('<-') ? [index + 1] : [])));
  return breakFunctions(path, source, lines);
}

describe('in JavaScript', () => {
  it.each([
    ['function f(a) { return a; } // <-', 'function f(a) { throw new Error(); return a; } // <-', ['f']],
    ['const f = (a) => a; // <-', 'const f = (a) => { throw new Error(); }; // <-', ['f']],
    ['const f = (a) => ({ a }); // <-', 'const f = (a) => { throw new Error(); }; // <-', ['f']],
    ['exports.f = async function (a) { return a; }; // <-', 'exports.f = async function (a) { throw new Error(); return a; }; // <-', ['f']],
    ['class A { m() { return 1; /* <- */ } n() { return 2; } }', 'class A { m() { throw new Error(); return 1; /* <- */ } n() { throw new Error(); return 2; } }', ['m', 'n']],
    ['function f(xs) {\n  return xs.map((x) => x + 1); // <-\n}\nfunction g() {}', 'function f(xs) { throw new Error();\n  return xs.map((x) => x + 1); // <-\n}\nfunction g() {}', ['f']],
  ])('%j throws', (source, text, names) => {
    expect(broken('a.js', source)).toEqual({ text, names });
  });

  it('only functions of the given names throw, where there are some', () => {
    const source = 'const f = () => 1; // <-\nconst g = () => 2; // <-';
    expect(breakFunctions('a.js', source, new Set([1, 2]), functionNames('b.js', 'function g() { function h() {} }'))).toEqual({ text: source.replace('=> 2', '=> { throw new Error(); }'), names: ['g'] });
    expect(breakFunctions('a.js', source, new Set([1, 2]), new Set(['h']))).toBeNull();
  });

  it('nothing throws outside of functions, in a broken file, or in another language', () => {
    expect(broken('a.js', 'const a = 1; // <-')).toBeNull();
    expect(broken('a.js', 'function f( { // <-')).toBeNull();
    expect(broken('a.c', 'int f(void) { return 1; } // <-')).toBeNull();
  });

  it('TypeScript keeps its types', () => {
    expect(broken('a.ts', 'export const f = (a: number): number => a; // <-')?.text).toBe('export const f = (a: number): number => { throw new Error(); }; // <-');
  });
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('in Python', () => {
  const sources: [string, string[]][] = [
    ['def f(a):\n    """Says what."""\n    return a  # <-\n', ['f']],
    ['def f(a): return a  # <-\n', ['f']],
    ['class A:\n    def m(self):\n        def inner():\n            return 1  # <-\n        return inner()\n\n    def n(self):\n        return 2\n', ['m']],
    ['import functools\n\n\n@functools.cache\ndef f(a):\n\tif a:\n\t\treturn a  # <-\n\treturn 0\n', ['f']],
    ['async def f(a):\n    # first a comment\n    return a  # <-\n', ['f']],
  ];

  it.each(sources)('%j throws', (source, names) => {
    const found = broken('a.py', source);
    expect(found?.names).toEqual(names);
    expect(found?.text.match(/raise RuntimeError/g)).toHaveLength(1);
  });

  it.skipIf(!hasPython)('what comes out is Python (needs python3)', () => {
    for (const [source] of sources) execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: broken('a.py', source)?.text });
  });
});
