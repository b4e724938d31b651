import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { reviewChange } from '../../src/activities/review-change.js';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { openWorktree } from '../../src/workspace/open-worktree.js';
import { overlayProtected } from '../../src/workspace/protected-overlay.js';
import { protectedRules, type ProtectedRules } from '../../src/workspace/protected-globs.js';
import { withoutSettings } from '../../src/workspace/turned-text.js';
import { shareRepository, write } from './fixture.js';

const makefile = 'CFLAGS = -O2 -Wall\nprog: a.c\n\t$(CC) $(CFLAGS) -o $@ $<\n\nbench: prog\n\t./prog\n';
const files = { Makefile: makefile, 'a.c': 'int main(void) { return 0; }\n', 'src/size.h': '#define BLOCK 64\n', 'test/Makefile': makefile };
const declared = [{ file: 'src/size.h', pattern: String.raw`^#define BLOCK (\d+)$` }];
const rules = { ...protectedRules({ protected: [], editable: [] }, [{ path: 'src/size.h', command: 'benchmark' }]), turnable: { declared } };

const shared = await shareRepository(files);
afterAll(() => shared.remove());

async function reviewed(change: Record<string, string>, byKnobs: boolean, of: ProtectedRules = rules, byPerson = false) {
  const { repository, base } = shared;
  const worktree = await shared.open();
  write(worktree.path, change);
  const commit = await commitAll(worktree, 'candidate', 0);
  return { commit, review: await reviewChange(repository, { from: base, to: commit, rules: of, byPerson, byKnobs, commands: [{ run: 'make bench', cwd: '.' }] }) };
}

const turned = { Makefile: makefile.replace('-O2', '-O3 -march=native'), 'src/size.h': '#define BLOCK 256\n' };

describe('settings in protected files', () => {
  test('may be turned by knobs with the flag build, and stay in the worktree that a build changes', async () => {
    const { home, repository, base } = shared;
    const { commit, review } = await reviewed(turned, true);
    expect(review).toMatchObject({ refused: null, flags: [{ code: 'build', file: 'Makefile', line: 1 }] });
    const worktree = await openWorktree({ home, repository, key: 'run/t/a', commit, layoutSeed: 1, place: null, prepare: () => Promise.resolve() });
    write(worktree.path, { Makefile: makefile.replace('./prog', 'true'), 'test/Makefile': 'all:\n' });
    expect((await overlayProtected(worktree, base, rules)).toSorted()).toEqual(['Makefile', 'test/Makefile']);
    expect(readFileSync(join(worktree.path, 'Makefile'), 'utf8')).toBe(turned.Makefile);
    expect(readFileSync(join(worktree.path, 'test/Makefile'), 'utf8')).toBe(makefile);
  });

  test('are refused to everybody else, and where no knobs are asked for', async () => {
    expect((await reviewed(turned, false)).review.refused).toMatch(/Makefile .*src\/size\.h/);
    expect((await reviewed(turned, true, protectedRules({ protected: [], editable: [] }))).review.refused).toMatch(/Makefile/);
    expect((await reviewed({ ...turned, 'a.c': 'int main(void) { return 1; }\n' }, false, rules, true)).review).toMatchObject({ refused: expect.stringMatching(/^It changes what must not change: .*Makefile/) as string, notes: [] });
  });

  test.each<[string, Record<string, string>]>([
    ['a macro', { Makefile: makefile.replace('-O2', '-O3 -DNDEBUG') }],
    ['a recipe', { Makefile: makefile.replace('\t./prog', '\ttrue -O2') }],
    ['a tab', { Makefile: makefile.replace('\t./prog', './prog') }],
    ['another line of the declared file', { 'src/size.h': '#define BLOCK 64\n#define SKIP 1\n' }],
    ['a Makefile of the tests', { 'test/Makefile': turned.Makefile }],
  ])('do not let %s in', async (_, change) => {
    expect((await reviewed(change, true)).review.refused).toMatch(/^It changes what must not change/);
  });
});

describe('withoutSettings', () => {
  test.each<[string, string, string]>([
    ['CMakeLists.txt', 'project(x)\nadd_executable(x x.cc)\n', 'project(x)\nif(NOT CMAKE_BUILD_TYPE)\n  set(CMAKE_BUILD_TYPE Release)\nendif()\nset(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)\nadd_compile_options(-march=native)\nadd_executable(x x.cc)\n'],
    ['CMakeLists.txt', 'set(CMAKE_CXX_FLAGS_RELEASE "-O2")', 'set(CMAKE_CXX_FLAGS_RELEASE "-O3 -flto=auto")'],
    ['Cargo.toml', '[package]\nname = "x"\n', '[package]\nname = "x"\n\n[profile.release]\nlto = "fat"\ncodegen-units = 1\n'],
    ['package.json', '{"scripts": {"start": "node s.js"}}', '{"scripts": {"start": "node --max-semi-space-size=64 s.js"}}'],
    ['setup.py', "Extension('x', ['x.c'], extra_compile_args=['-O2', '-Wall'])", "Extension('x', ['x.c'], extra_compile_args=['-O3', '-march=native', '-Wall'])"],
    ['run.sh', 'export OMP_NUM_THREADS=1\n', 'export OMP_NUM_THREADS=8\n'],
    ['Makefile', 'CFLAGS=-O1 -g\r\nCXXFLAGS = \r\n', 'CFLAGS=-O3 -flto=auto -g\r\nCXXFLAGS = -O2 \r\n'],
    ['CMakeLists.txt', 'project(x)\r\nset(CMAKE_BUILD_TYPE Debug)\r\n', 'project(x)\r\nset(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)\r\nset(CMAKE_BUILD_TYPE Release)\r\n'],
    ['meson.build', "project('x', 'c')\n", "project('x', 'c', default_options : ['b_lto=true', 'buildtype=release'])\n"],
    ['meson.build', "project('x', default_options: ['buildtype=debug'])", "project('x', default_options: ['b_lto=true', 'buildtype=release'])"],
    ['Cargo.toml', '[profile.release]\nlto = true # x\n[dependencies]\n', '[profile.release]\ncodegen-units = 1\nlto = "fat" # x\n[dependencies]\n'],
    ['setup.py', 'extra_compile_args=[]', 'extra_compile_args=["-march=native", "-ffp-contract=off"]'],
    ['bin/tool', '#!/usr/bin/env node\nx("  ")\n', '#!/usr/bin/env -S node --max-semi-space-size=64\nx("  ")\n'],
  ])('of %s is the same with other settings', (path, before, after) => {
    expect(withoutSettings(path, after, [])).toBe(withoutSettings(path, before, []));
  });

  test.each<[string, string, string]>([
    ['CMakeLists.txt', 'project(x)\n', 'project(x)\nadd_compile_options(-DNDEBUG)\n'],
    ['Cargo.toml', '[profile.release]\nlto = true\n', '[profile.release]\nlto = true\noverflow-checks = false\n'],
    ['Cargo.toml', '[dependencies]\nx = "1"\n', '[dependencies]\nx = "2"\n'],
    ['package.json', '{"scripts": {"start": "node s.js"}}', '{"scripts": {"start": "node --require ./x.js s.js"}}'],
    ['setup.py', "extra_compile_args=['-O2']", "extra_compile_args=['-O2', '-DFAST']"],
    ['Makefile', 'a: b\n\tgcc -O2 b.c\n', 'a: b\n\tgcc -O2 b.c -include x.h\n'],
    ['Makefile', 'CFLAGS = -g\n', 'CFLAGS = -g -fprofile-use=$(shell,./x)\n'],
    ['Makefile', 'CFLAGS = -g\n', 'CFLAGS = -g -fprofile-use=`./x`\n'],
    ['check.sh', 'if [ "$rc" -ne 0 ]; then exit 1; fi\n', 'if ["$rc" -ne 0 ]; then exit 1; fi\n'],
    ['check.sh', 'X= ./check\n', 'X=./check\n'],
    ['check.sh', './check\n', './check\n-fprofile-use=$(./x)\n'],
    ['check.sh', './check\n', './check -O2\n'],
    ['check.sh', './check\n', 'GOGC=off\n./check\n'],
    ['check.sh', 'OMP_NUM_THREADS=1\n', 'OMP_NUM_THREADS=$(./x)\n'],
    ['check.sh', 'a\n\nb\n', 'a\nb\n'],
    ['check.sh', 'a "" b\n', 'a b\n'],
    ['lib.mjs', 'split(" ")\n', 'split("")\n'],
    ['bin/tool', '#!/usr/bin/env node x\n', '#!/usr/bin/env -S node x\n'],
    ['setup.py', "f(['-O2', ' x'])", "f(['-O2', 'x'])"],
    ['pyproject.toml', "extra-compile-args = ['']", 'extra-compile-args = []'],
    ['CMakeLists.txt', 'set(CMAKE_C_FLAGS "-g")\n', 'set(CMAKE_C_FLAGS "-g" )\n'],
  ])('of %s is another one with another meaning', (path, before, after) => {
    expect(withoutSettings(path, after, [])).not.toBe(withoutSettings(path, before, []));
  });

  test('there is none of code, nor of what holds the character that stands for a setting', () => {
    expect(withoutSettings('src/a.c', 'int a;', [])).toBeNull();
    expect(withoutSettings('Makefile', 'CFLAGS=\0', [])).toBeNull();
  });
});
