import { describe, expect, test } from 'vitest';
import { locateFunction } from '../../../src/propose/source/locate.js';
import { parseSource, type Dialect } from '../../../src/propose/source/parse.js';

function located(source: string, name: string, line: number, dialect: Dialect = 'javascript'): string | null {
  return locateFunction(parseSource(source, dialect), dialect, name, line)?.text() ?? null;
}

describe('JavaScript', () => {
  test('a method of a prototype by its last name', () => {
    expect(located('\nA.prototype._merge = function(a) {\n  return a;\n};', 'A._merge', 2)).toBe('function(a) {\n  return a;\n}');
  });

  test('of several on a line the one with the name, else the innermost', () => {
    const source = 'const f = (a) => a.map((b) => b), g = (c) => c;';
    expect(located(source, 'f', 1)).toBe('(a) => a.map((b) => b)');
    expect(located(source, 'g', 1)).toBe('(c) => c');
    expect(located('const f = (a) => a.map((b) => b);', '(anonymous)', 1)).toBe('(b) => b');
  });

  test('a function whose parameters begin on another line', () => {
    expect(located('class A {\n  static async run\n  (x) { return 1; }\n}', 'A.run', 3)).toBe('static async run\n  (x) { return 1; }');
  });

  test('two lines off is near enough for the name, not for an anonymous one', () => {
    expect(located('\n\nfunction f() {}', 'f', 1)).toBe('function f() {}');
    expect(located('function f() {}', 'f', 4)).toBeNull();
    expect(located('let a;\n[].map(() => 1);', '(anonymous)', 4)).toBeNull();
  });

  test('another name on the line is another function', () => {
    expect(located('function f() {}', 'g', 1)).toBeNull();
  });

  test('line 1 without a name is the module', () => {
    expect(located('let a = 1;\nlet b = 2;', '(anonymous)', 1)).toBe('let a = 1;\nlet b = 2;');
    expect(located('let a = 1;', '', 1)).toBe('let a = 1;');
  });
});

describe('Python', () => {
  test('a decorated method', () => {
    expect(located('class A:\n    @property\n    def f(self):\n        return 1\n', 'f', 2, 'python')).toBe('def f(self):\n        return 1');
  });

  test('a comprehension belongs to the function around it', () => {
    expect(located('def f(xs):\n    n = 1\n    return [x\n        for x in xs]\n', '<listcomp>', 3, 'python')).toMatch(/^def f/);
  });

  test('the module', () => {
    expect(located('import re\nx = 1\n', '<module>', 1, 'python')).toBe('import re\nx = 1\n');
  });

  test('the module as findings name it, whatever line they are about', () => {
    const source = 'def f():\n    return 1\n\nfor i in range(9):\n    f()\n';
    for (const line of [1, 2, 5]) expect(located(source, '(module)', line, 'python')).toBe(source);
  });
});
