import { describe, expect, test } from 'vitest';
import { again, found, knobOf, missing, removeAfterwards, run, turn } from './fixture.js';

removeAfterwards();

describe('a CMakeLists.txt', () => {
  const config = '[commands]\nbuild = "cmake -S . -B out && cmake --build out"\nbenchmark = "out/prog"\n';
  const plain = 'cmake_minimum_required(VERSION 3.13)\nproject(prog C)\nadd_executable(prog main.c)\n';
  const main = '#include <stdio.h>\nint main(void) {\n#ifdef __OPTIMIZE__\n  puts("optimised");\n#else\n  puts("plain");\n#endif\n  return 0;\n}\n';

  test.skipIf(missing('cmake', 'gcc', 'make'))('becomes a release, optimised at link time and for this machine, one after the other', async () => {
    const of = await found({ 'CMakeLists.txt': plain, 'main.c': main }, config);
    expect(turn(of, 'cmake-build-type', 'Release')).toContain('project(prog C)\nif(NOT CMAKE_BUILD_TYPE)\n  set(CMAKE_BUILD_TYPE Release)\nendif()\nadd_executable');
    const second = await again(of, config);
    turn(second, 'cmake-link-time', 'CMAKE_INTERPROCEDURAL_OPTIMIZATION');
    const third = await again(second, config);
    expect(third.knobs.map(({ id }) => id)).toEqual(['cmake-machine', 'cmake-fast-math']);
    turn(third, 'cmake-machine', '-march=native');
    expect(run(third, 'cmake -S . -B out >/dev/null && cmake --build out -- VERBOSE=1')).toMatch(/-O3 -DNDEBUG .*(?:-march=native.* -flto|-flto.* -march=native)/);
    expect(run(third, 'out/prog')).toBe('optimised\n');
  });

  test('is turned in the flags that it sets, but not in those of debugging', async () => {
    const text = 'cmake_minimum_required(VERSION 3.1...3.14)\nproject(prog CXX)\nset(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")\nset(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG") # not -O1\ntarget_compile_options(prog PRIVATE -O2 -Wall)\n';
    const of = await found({ 'CMakeLists.txt': text }, config.replace('-B out', '-B out -DCMAKE_BUILD_TYPE=Release'));
    expect(of.knobs.map(({ id }) => id)).toEqual(['cmake-optimisation', 'cmake-machine', 'cmake-fast-math', 'cmake-link-time']);
    expect(turn(of, 'cmake-optimisation', '-O3')).toBe(text.replaceAll('-O2', '-O3'));
    const old = await found({ 'CMakeLists.txt': text.replace('...3.14', '') }, config);
    expect(old.knobs.map(({ id }) => id)).not.toContain('cmake-link-time');
  });
});

describe('a Cargo.toml', () => {
  const config = '[commands]\nbuild = "cargo build --release --offline"\nbenchmark = "target/release/prog"\n';
  const plain = '[package]\nname = "prog"\nversion = "0.1.0"\nedition = "2021"\n';

  test.skipIf(missing('cargo'))('without a profile gets one that cargo reads', async () => {
    const of = await found({ 'Cargo.toml': plain, 'src/lib.rs': 'pub fn one() -> u8 { 1 }\n' }, config);
    expect(turn(of, 'cargo-link-time', 'codegen-units = 1')).toBe(`${plain}\n[profile.release]\ncodegen-units = 1\n`);
    expect(run(of, 'cargo build --release --offline -v 2>&1')).toMatch(/ -C codegen-units=1 /);
  });

  test('is turned in its own lines, in the workspace', async () => {
    const root = '[workspace]\nmembers = ["a"]\n\n[profile.release]\ndebug = true # for profiles\nopt-level = "s"\nlto = "thin"\n\n[profile.dev]\nlto = false\n';
    const of = await found({ 'Cargo.toml': root, 'a/Cargo.toml': plain }, '[commands]\nbuild = { run = "cargo build -r", cwd = "a" }\nbenchmark = "target/release/prog"\n');
    expect(knobOf(of, 'cargo-link-time')).toMatchObject({ current: 'lto = "thin", codegen-units = 16', line: 4 });
    expect(turn(of, 'cargo-link-time', 'lto = "fat", codegen-units = 1')).toBe(root.replace('[profile.release]', '[profile.release]\ncodegen-units = 1').replace('"thin"', '"fat"'));
    expect(knobOf(of, 'cargo-level').settings.map(({ value }) => value)).toEqual(['opt-level = 3']);
  });

  test('of a build for debugging is left alone', async () => {
    expect((await found({ 'Cargo.toml': plain }, config.replace(' --release', ''))).knobs).toEqual([]);
  });
});

describe('other builds', () => {
  test('meson gets its options in the list that is there, or a list', async () => {
    const config = '[commands]\nbuild = "meson setup out && ninja -C out"\nbenchmark = "out/prog"\n';
    const listed = await found({ 'meson.build': "project('prog', 'c',\n  version : '1.0 (b)',\n  default_options : ['warning_level=3', 'buildtype=debug'])\n" }, config);
    expect(turn(listed, 'meson-build-type', 'buildtype=release')).toContain("default_options : ['warning_level=3', 'buildtype=release'])");
    const none = await found({ 'meson.build': "project('prog', 'c')\n" }, config);
    expect(turn(none, 'meson-link-time', 'b_lto=true')).toBe("project('prog', 'c', default_options : ['b_lto=true'])\n");
    expect((await found({ 'meson.build': "project('prog', 'c')\n" }, config.replace('setup out', 'setup out --buildtype=release -Db_lto=true'))).knobs).toEqual([]);
  });

  test('extensions of Python get flags in their list', async () => {
    const setup = "from setuptools import Extension, setup\nsetup(name='x', ext_modules=[Extension('x', ['x.c'], extra_compile_args=['-O2', '-Wall'])])\n";
    const of = await found({ 'setup.py': setup }, '[target]\nsetup = "pip install -e ."\n[commands]\nbenchmark = "python bench.py"\n');
    expect(turn(of, 'extension-machine', '-march=native')).toBe(setup.replace("'-O2',", "'-O2', '-march=native',"));
    const empty = await found({ 'setup.py': setup.replace("'-O2', '-Wall'", '') }, '[commands]\nbuild = "python setup.py build_ext --inplace"\nbenchmark = "python bench.py"\n');
    expect(turn(empty, 'extension-optimisation', '-O3')).toContain('extra_compile_args=["-O3"])');
    expect((await found({ 'setup.py': setup }, '[commands]\nbenchmark = "python bench.py"\n')).knobs).toEqual([]);
  });
});
