import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { LikelyMetric } from '../../../src/client/detect/model.js';
import { detected, mainProject } from './temp-repository.js';

function read(metric: LikelyMetric | undefined, output: string): string | null {
  const matcher = RE2JS.compile(metric?.pattern ?? '', RE2JS.MULTILINE).matcher(output);
  return matcher.find() ? matcher.group(1) : null;
}

describe('a Rust project', () => {
  const rust = { 'Cargo.toml': '[package]\nname = "x"', 'src/lib.rs': '' };

  it('is built and tested by cargo', async () => {
    const project = await mainProject({ ...rust, 'Cargo.lock': '' });
    expect([project.setup?.run, project.build?.run, project.test?.run, project.benchmark]).toEqual(['cargo fetch --locked', 'cargo build --release', 'cargo test', null]);
  });

  it('with a benchmark of its own measures the wall time, and compiles it before', async () => {
    const project = await mainProject({ ...rust, 'Cargo.toml': '[[bench]]\nname = "work"\nharness = false', 'benches/work.rs': 'fn main() { println!("throughput: {:.2} MB/s", 1.0); }' });
    expect(project.build?.run).toBe('cargo build --release && cargo bench --no-run --bench work');
    expect(project.benchmark).toMatchObject({ run: 'cargo bench --bench work', measures: 'wall' });
    expect(project.metrics[0]).toMatchObject({ name: 'throughput', goal: 'max', unit: 'MB/s' });
  });

  it('with criterion has it print nanoseconds only', async () => {
    const project = await mainProject({ ...rust, 'benches/work.rs': 'use criterion::Criterion;\nfn b(c: &mut Criterion) { c.bench_function("fib 20", |b| b.iter(f)); }' });
    expect(project.benchmark).toMatchObject({ run: 'cargo bench --bench work -- --output-format bencher', measures: 'printed' });
    expect(read(project.metrics[0], 'running 1 test\ntest fib 20 ... bench:       12345 ns/iter (+/- 67)\n')).toBe('12345');
  });

  it('with the harness of libtest has a wall time without meaning', async () => {
    expect((await mainProject({ ...rust, 'benches/a.rs': '#[bench] fn a() {}' })).benchmark).toMatchObject({ measures: 'printed', caution: expect.stringContaining('libtest') });
  });

  it('prefers an example that does the work once', async () => {
    const project = await mainProject({ ...rust, 'examples/bench_sort.rs': 'fn main() {}', 'benches/a.rs': 'criterion' });
    expect(project.benchmark).toMatchObject({ run: './target/release/examples/bench_sort', measures: 'wall' });
    expect(project.build?.run).toContain('--example bench_sort');
  });
});

describe('a Go project', () => {
  const bench = (name: string, body = 'for i := 0; i < b.N; i++ {}'): string => `func Benchmark${name}(b *testing.B) { ${body} }\n`;
  const go = { 'go.mod': 'module x', 'go.sum': '' };

  it('is built and tested by go', async () => {
    const project = await mainProject({ ...go, 'a.go': '', 'a_test.go': 'func TestA(t *testing.T) {}' });
    expect([project.setup?.run, project.build?.run, project.test?.run, project.benchmark]).toEqual(['go mod download', 'go build ./...', 'go test ./...', null]);
  });

  it('has one metric for each benchmark that prints one line', async () => {
    const project = await mainProject({ ...go, 'a_test.go': bench('Top'), 'pkg/b_test.go': bench('Sort') + bench('Sub', 'b.Run("x", f)') });
    expect(project.benchmark).toMatchObject({ run: "go test -run '^$' -bench '^(BenchmarkTop|BenchmarkSort)$' -benchtime 200ms . ./pkg", measures: 'printed', caution: expect.stringContaining('1 more benchmarks are not in it') });
    expect(project.metrics.map(({ name, certain }) => [name, certain])).toEqual([['Top', true], ['Sort', true]]);
    // What go1.22 printed.
    const output = 'goos: linux\nBenchmarkTop-2    \t  911416\t       313.5 ns/op\nBenchmarkSort-2   \t 7639465\t        32.20 ns/op\nPASS\n';
    expect(project.metrics.map((metric) => read(metric, output))).toEqual(['313.5', '32.20']);
  });

  it('does not trust names that two packages share, or that run sub-benchmarks', async () => {
    expect((await mainProject({ ...go, 'a/a_test.go': bench('X'), 'b/b_test.go': bench('X') })).metrics).toEqual([]);
    expect((await mainProject({ ...go, 'a_test.go': bench('X', 'b.Run("y", f)') })).metrics).toEqual([]);
  });
});

describe('a C++ project', () => {
  it('is built by cmake', async () => {
    const project = await mainProject({
      'CMakeLists.txt': 'project(x)\nenable_testing()\nadd_subdirectory(perf)',
      'a.cpp': '',
      'perf/CMakeLists.txt': 'add_executable(sort_bench sort.cpp)',
      'perf/sort.cpp': 'int main() { printf("time: %.2f ms\\n", 1.0); }',
    });
    expect(project.build?.run).toBe('cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build --parallel');
    expect(project.test?.run).toBe('ctest --test-dir build --output-on-failure');
    expect(project.benchmark).toEqual({ run: './build/perf/sort_bench', env: {}, evidence: 'add_executable(sort_bench) in perf/CMakeLists.txt', measures: 'wall' });
    expect(read(project.metrics[0], 'time: 1.25 ms\n')).toBe('1.25');
  });

  it('with Google Benchmark has metrics for a person to choose from', async () => {
    const project = await mainProject({ 'CMakeLists.txt': 'add_executable(bench b.cc)\ntarget_link_libraries(bench benchmark::benchmark)', 'b.cc': 'BENCHMARK(BM_Sort);' });
    expect(project.benchmark?.measures).toBe('printed');
    expect(read(project.metrics[0], 'BM_Sort       1234 ns         1230 ns       500000\n')).toBe('1234');
  });

  it('is built by make', async () => {
    const project = await mainProject({ 'a.c': '', Makefile: 'CFLAGS := -O2\nall: a\ncheck test-all: a\nbench: a\n\t./a\n' });
    expect([project.build?.run, project.test?.run, project.benchmark?.run]).toEqual(['make all', 'make check', 'make bench']);
  });
});

describe('a repository of several languages', () => {
  it('is the largest project that has a benchmark; scripts without a manifest do not count', async () => {
    const result = await detected({ 'package.json': '{}', 'a.js': '', 'b.js': '', 'Cargo.toml': '', 'src/lib.rs': '', 'benches/a.rs': '', 'tools/release.py': '' });
    expect(result.main?.language).toBe('rust');
    expect(result.others.map((project) => project.language)).toEqual(['javascript']);
    expect(result.languages).toEqual([{ language: 'javascript', files: 2 }, { language: 'rust', files: 2 }, { language: 'python', files: 1 }]);
  });

  it('lets a Makefile fill in what the language leaves open', async () => {
    const project = await mainProject({ 'package.json': '{"scripts":{"test":"tsc && mocha"}}', Makefile: 'test:\n\tx\nbench:\n\tx\n' });
    expect([project.test?.run, project.benchmark?.run]).toEqual(['npm test', 'make bench']);
  });

  it('without anything known is empty', async () => {
    expect(await detected({ 'README.md': 'hello' })).toMatchObject({ languages: [], main: null, others: [] });
  });
});
