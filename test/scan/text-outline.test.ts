import { describe, expect, it } from 'vitest';
import { outlineFile } from '../../src/scan/outline/outline-file.js';
import { fullName, type Outline } from '../../src/scan/outline/outline.js';
import { textOutline } from '../../src/scan/outline/text.js';
import { scanLanguages, type ScanLanguage } from '../../src/scan/language.js';

const sources: Record<ScanLanguage, [file: string, text: string]> = {
  python: ['a.py', 'import os\nclass A:\n    def run(self):\n        helper("def no(): x()")  # call()\n\ndef helper(\n    a,\n):\n    return a\n'],
  javascript: ['a.js', "import { x } from './x.js';\nexport class A {\n}\nexport async function helper(a) {\n  return x(`no(`, a); // call()\n}\n"],
  typescript: ['a.ts', "import { x } from './x.js';\nexport abstract class A {\n}\nexport function helper(a: string): string {\n  return x('no(', a);\n}\n"],
  'c++': ['a.cpp', '#include "x.h"\nint declared(int a);\nstruct S {\n  int n;\n};\nint S::run(int a) {\n  return helper(a); // call()\n}\nstatic int helper(int a) {\n  return x->go("no(");\n}\n'],
  rust: ['a.rs', 'use crate::x;\nstruct S;\npub fn helper(a: u32) -> u32 {\n    run(a) // call()\n}\nfn run(a: u32) -> u32 {\n    a\n}\n'],
  go: ['a.go', 'package m\n\nimport "fmt"\n\ntype S struct {\n\tn int\n}\n\nfunc (s *S) Run(a int) {\n\thelper(a) // call()\n}\n\nfunc helper(a int) {\n\tfmt.Println("no(")\n}\n'],
};

const shown = ({ symbols, calls, imports }: Outline) => ({
  symbols: symbols.map((symbol) => `${fullName(symbol)} ${symbol.kind} ${symbol.line}-${symbol.endLine}`),
  calls: calls.map(({ name, receiver, line, column, caller }) => `${receiver === null ? '' : `${receiver}.`}${name} ${line}:${column} in ${symbols[caller] === undefined ? '-' : fullName(symbols[caller])}`),
  modules: imports.map(({ module, line }) => `${module} ${line}`),
});

describe('an outline by text', () => {
  it.each(scanLanguages)('shows for plain code of %s what the syntax tree shows', (language) => {
    const [file, text] = sources[language];
    const byText = textOutline(text, language);
    const byTree = outlineFile(file, text, language);
    expect([byText.by, byTree.by]).toEqual(['text', 'syntax tree']);
    const [found, expected] = [shown(byText), shown(byTree)];
    // A path of Rust is cut at its last name by the tree.
    expect({ ...found, modules: found.modules.length }).toEqual({ ...expected, modules: expected.modules.length });
    expect(found.symbols.length).toBeGreaterThanOrEqual(2);
  });

  it('is made of minified code', () => {
    const minified = `function a(){b()}${'var x=1;'.repeat(2000)}`;
    expect(outlineFile('a.js', minified, 'javascript').by).toBe('text');
  });

  it.each(scanLanguages)('ends for broken code of %s', (language) => {
    for (const text of ['{'.repeat(20_000), '('.repeat(20_000), 'fn f('.repeat(5000), '"'.repeat(9999), 'class A {'.repeat(3000), '\u0000\uFFFF\uD800']) {
      expect(textOutline(text, language).language).toBe(language);
      expect(outlineFile(sources[language][0], text, language).calls.length).toBeGreaterThanOrEqual(0);
    }
  });
});
