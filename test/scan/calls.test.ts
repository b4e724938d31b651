import { describe, expect, it } from 'vitest';
import { askIn, repositoryOf, rowsIn } from './repository.js';

// What each language's scopes and imports say, worked out by hand.

const sites = (folder: string, name: string) => rowsIn(folder, 'scanner_call_sites', { name }, ['file', 'line', 'caller', 'confidence']);

const python = {
  'pkg/__init__.py': 'from .core import step\n',
  'pkg/core.py': `import json
from os.path import join


def step(x):
    def inner(y):
        return y
    return inner(x)


class Trainer:
    def step(self):
        self.log()
        step(1)
        json.step(2)

    def log(self):
        join('a', 'b')


class Fast(Trainer):
    def run(self, step):
        self.step()
        step(3)
`,
  'app.py': `import pkg
import pkg.core as c
from pkg import step as go
from pkg.core import Trainer


@go
def main():
    go(1)
    pkg.step(2)
    c.step(3)
    t = Trainer()
    t.step()
    Trainer.step(t)


if __name__ == '__main__':
    main()
`,
};

describe('calls in Python', () => {
  it('are told apart by scopes, imports and classes', async () => {
    const folder = repositoryOf(python);
    expect(await rowsIn(folder, 'scanner_symbols', { within: 'pkg' }, ['symbol', 'kind', 'line', 'endLine'])).toEqual(['step | function | 5 | 8', 'step.inner | function | 6 | 7', 'Trainer | class | 11 | 18', 'Trainer.step | method | 12 | 15', 'Trainer.log | method | 17 | 18', 'Fast | class | 21 | 24', 'Fast.run | method | 22 | 24']);
    expect(await sites(folder, 'step')).toEqual([
      'app.py | 7 | <module> | exact',
      'app.py | 9 | main | exact',
      'app.py | 10 | main | exact',
      'app.py | 11 | main | exact',
      'app.py | 14 | main | exact',
      'pkg/core.py | 14 | Trainer.step | exact',
      'app.py | 13 | main | name only',
      'pkg/core.py | 23 | Fast.run | name only',
      'pkg/core.py | 24 | Fast.run | name only',
    ]);
    expect(await sites(folder, 'pkg.core.step')).toEqual(['app.py | 7 | <module> | exact', 'app.py | 9 | main | exact', 'app.py | 10 | main | exact', 'app.py | 11 | main | exact', 'pkg/core.py | 14 | Trainer.step | exact', 'pkg/core.py | 24 | Fast.run | name only']);
    expect(await sites(folder, 'Trainer.step')).toEqual(['app.py | 14 | main | exact', 'app.py | 13 | main | name only', 'pkg/core.py | 23 | Fast.run | name only']);
    expect(await sites(folder, 'log')).toEqual(['pkg/core.py | 13 | Trainer.step | exact']);
    expect(await sites(folder, 'inner')).toEqual(['pkg/core.py | 8 | step | exact']);
  });

  it('lead from an entry point to a function', async () => {
    const folder = repositoryOf(python);
    expect(await rowsIn(folder, 'scanner_trace', { name: 'inner' }, ['step', 'function', 'file', 'callsAt', 'confidence'])).toEqual(['1 | <module> | app.py | 7 | exact', '2 | step | pkg/core.py | 8 | exact', '3 | step.inner | pkg/core.py | null | null']);
    expect(await rowsIn(folder, 'scanner_trace', { name: 'inner', from: 'main' }, ['function', 'callsAt'])).toEqual(['main | 9', 'step | 8', 'step.inner | null']);
    expect(await askIn(folder, 'scanner_trace', { name: 'main', from: 'inner' })).toMatchObject({ abstained: expect.stringContaining('no chain of calls') as string });
    expect(await askIn(folder, 'scanner_trace', { name: 'nobody' })).toMatchObject({ abstained: 'nothing in the repository is called nobody' });
  });

  it('lead in a library from what nobody calls', async () => {
    const folder = repositoryOf({ 'lib.py': 'def public():\n    helper()\n\ndef helper():\n    deep()\n\ndef deep(): ...\n' });
    expect(await askIn(folder, 'scanner_trace', { name: 'deep' })).toMatchObject({ rows: [{ function: 'public' }, { function: 'helper' }, { function: 'deep' }], facts: { from: 'public, which nobody in the repository is seen to call' } });
    expect(await askIn(folder, 'scanner_trace', { name: 'public' })).toMatchObject({ abstained: expect.stringContaining('no chain of calls') as string });
  });

  it('go out of a function to what it names, and where that is defined', async () => {
    const folder = repositoryOf(python);
    expect(await rowsIn(folder, 'scanner_callees', { name: 'main', outside: true }, ['callee', 'calls', 'defined', 'confidence'])).toEqual([
      'go | 1 | pkg/core.py:5 | exact',
      'pkg.step | 1 | pkg/core.py:5 | exact',
      'c.step | 1 | pkg/core.py:5 | exact',
      'Trainer | 1 | pkg/core.py:11 | exact',
      't.step | 1 | pkg/core.py:12 | name only',
      'Trainer.step | 1 | pkg/core.py:12 | exact',
    ]);
    expect(await rowsIn(folder, 'scanner_callees', { name: 'log', outside: true }, ['callee', 'confidence'])).toEqual(['join | outside']);
  });
});

describe('calls in JavaScript and TypeScript', () => {
  const folder = () =>
    repositoryOf({
      'package.json': '{"name": "x", "bin": {"x": "bin/x.js"}}',
      'src/index.ts': "export { parse } from './parse.js';\nexport * from './all.js';\nexport { default } from './best.js';\n",
      'src/parse.ts': 'export const parse = (text: string): number => text.split(",").length;\nexport class Reader {\n  #next(): number { return this.read(); }\n  read(): number { return parse("a"); }\n}\n',
      'src/all.ts': 'export function sum(values: number[]): number {\n  const add = (a: number, b: number) => a + b;\n  return values.reduce((a, b) => add(a, b), 0);\n}\n',
      'src/best.ts': 'export default function best() {}\n',
      'bin/x.js': "const { parse: p, sum } = require('../src/index.ts');\nconst all = require('../src/all.ts');\nimport top from '../src/index.ts';\nfunction main(parse) {\n  p('x');\n  sum([1]);\n  all.sum([2]);\n  parse('y');\n  JSON.parse('{}');\n  top();\n  new (require('../src/parse.ts').Reader)();\n}\nmain();\n",
      'web/view.tsx': "import { sum as Sum } from '../src/all';\nexport const View = () => <div><Sum/></div>;\nfirst();\nimport first from '../src/best';\n",
    });

  it('are followed through what modules hand on', async () => {
    const at = folder();
    expect(await sites(at, 'parse')).toEqual(['bin/x.js | 5 | main | exact', 'src/parse.ts | 4 | Reader.read | exact', 'bin/x.js | 8 | main | name only', 'bin/x.js | 9 | main | name only']);
    expect(await sites(at, 'sum')).toEqual(['bin/x.js | 6 | main | exact', 'bin/x.js | 7 | main | exact', 'web/view.tsx | 2 | View | exact']);
    expect(await sites(at, 'add')).toEqual(['src/all.ts | 3 | sum | exact']);
    expect(await sites(at, 'read')).toEqual(['src/parse.ts | 3 | Reader.next | exact']);
    expect(await sites(at, 'best')).toEqual(['web/view.tsx | 3 | <module> | exact']);
    expect(await rowsIn(at, 'scanner_callees', { name: 'main' }, ['callee', 'defined'])).toContain('top | src/best.ts:1');
  });
});

describe('calls in C++ and CUDA', () => {
  it('are told apart by classes, namespaces and headers', async () => {
    const folder = repositoryOf({
      'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.10)\nadd_executable(app src/main.cu src/grid.cpp)\n',
      'include/grid.h': '#pragma once\nnamespace lab {\nclass Grid {\n public:\n  void step();\n  int size() const { return count(); }\n private:\n  int count() const { return n; }\n  int n = 0;\n};\nvoid run(Grid& grid);\n}\n',
      'src/grid.cpp': '#include "grid.h"\nnamespace lab {\nvoid Grid::step() { n = count(); }\nvoid run(Grid& grid) { grid.step(); }\nEXPORTED(Grid::close) { return; }\n}\n',
      'src/main.cu': '#include <vector>\n#include "../include/grid.h"\n__global__ void __launch_bounds__(256) scale(float* a, int n) { a[0] *= n; }\nint main() {\n  scale<<<dim3(1, 2), 256, 0, stream>>>(nullptr, 3);\n  lab::Grid grid;\n  lab::run(grid);\n  std::run(grid);\n  return 0;\n}\n',
    });
    expect(await rowsIn(folder, 'scanner_symbols', { within: 'src' }, ['symbol', 'kind', 'line'])).toEqual(['lab | namespace | 2', 'lab.Grid.step | method | 3', 'lab.run | function | 4', 'lab.Grid.close | method | 5', 'scale | function | 3', 'main | function | 4']);
    expect(await sites(folder, 'scale')).toEqual(['src/main.cu | 5 | main | exact']);
    expect(await sites(folder, 'count')).toEqual(['include/grid.h | 6 | lab.Grid.size | exact', 'src/grid.cpp | 3 | lab.Grid.step | name only']);
    expect(await sites(folder, 'Grid::step')).toEqual(['src/grid.cpp | 4 | lab.run | name only']);
    expect(await sites(folder, 'lab::run')).toEqual(['src/main.cu | 7 | main | name only']);
    expect(await rowsIn(folder, 'scanner_trace', { name: 'Grid::step' }, ['function', 'callsAt', 'confidence'])).toEqual(['main | 7 | name only', 'lab.run | 4 | name only', 'lab.Grid.step | null | null']);
    expect(await rowsIn(folder, 'scanner_entry_points', {}, ['kind', 'name', 'file', 'line'])).toEqual(['executable | app | src/main.cu | 4', 'main function | main | src/main.cu | 4']);
  });
});

describe('calls in Rust', () => {
  it('are told apart by paths, impls and modules', async () => {
    const folder = repositoryOf({
      'Cargo.toml': '[package]\nname = "tool"\nversion = "0.1.0"\n',
      'src/main.rs': 'mod grid;\nuse grid::{Grid, build as make};\nuse std::fmt;\nfn main() {\n    let g = make(1);\n    g.step();\n    Grid::size(&g);\n    grid::build(2);\n    println!("{}", helper(3));\n    fmt::build(1);\n}\nfn helper(x: u32) -> u32 { x }\n',
      'src/grid/mod.rs': 'pub mod cell;\npub struct Grid { n: u32 }\nimpl Grid {\n    pub fn step(&self) { self.size(); Self::size(self); cell::touch(); }\n    pub fn size(&self) -> u32 { self.n }\n}\npub fn build(n: u32) -> Grid { crate::grid::cell::touch(); Grid { n } }\n',
      'src/grid/cell.rs': 'pub fn touch() { super::build::<u8>(1); }\n',
    });
    expect(await sites(folder, 'build')).toEqual(['src/grid/cell.rs | 1 | touch | exact', 'src/main.rs | 5 | main | exact', 'src/main.rs | 8 | main | exact']);
    expect(await sites(folder, 'size')).toEqual(['src/grid/mod.rs | 4 | Grid.step | exact', 'src/grid/mod.rs | 4 | Grid.step | exact', 'src/main.rs | 7 | main | exact']);
    expect(await sites(folder, 'touch')).toEqual(['src/grid/mod.rs | 4 | Grid.step | exact', 'src/grid/mod.rs | 7 | build | exact']);
    expect(await sites(folder, 'helper')).toEqual(['src/main.rs | 9 | main | exact']);
    expect(await sites(folder, 'step')).toEqual(['src/main.rs | 6 | main | name only']);
    expect(await rowsIn(folder, 'scanner_entry_points', {}, ['kind', 'name', 'file', 'line'])).toEqual(['binary | tool | src/main.rs | 4', 'main function | main | src/main.rs | 4']);
  });
});

describe('calls in Go', () => {
  it('are told apart by packages and receivers', async () => {
    const folder = repositoryOf({
      'go.mod': 'module example.com/tool\n\ngo 1.21\n',
      'cmd/tool/main.go': 'package main\n\nimport (\n\t"fmt"\n\tg "example.com/tool/grid"\n)\n\nfunc main() {\n\tgrid := g.Build(1)\n\tgrid.Step()\n\tfmt.Build(2)\n\tgo helper()\n}\n',
      'cmd/tool/help.go': 'package main\n\nfunc helper() {}\n',
      'grid/grid.go': 'package grid\n\ntype Grid struct{ n int }\n\nfunc Build(n int) *Grid { return &Grid{n} }\n\nfunc (x *Grid) Step() { x.size(); size() }\n',
      'grid/size.go': 'package grid\n\nfunc (x *Grid) size() int { return x.n }\n\nfunc size() int { return len("a") }\n',
    });
    expect(await sites(folder, 'Build')).toEqual(['cmd/tool/main.go | 9 | main | exact']);
    expect(await sites(folder, 'helper')).toEqual(['cmd/tool/main.go | 12 | main | exact']);
    expect(await sites(folder, 'Grid.size')).toEqual(['grid/grid.go | 7 | Grid.Step | exact']);
    expect(await rowsIn(folder, 'scanner_call_sites', { name: 'size' }, ['column', 'confidence'])).toEqual(['27 | exact', '35 | exact']);
    expect(await sites(folder, 'Step')).toEqual(['cmd/tool/main.go | 10 | main | name only']);
    expect(await rowsIn(folder, 'scanner_imports', { of: 'grid/grid.go' }, ['file', 'line', 'names', 'outside'])).toEqual(['cmd/tool/main.go | 5 | g | false']);
  });
});
