import { describe, expect, test } from 'vitest';
import { changesOf, type Change } from './harness.js';

const flagged: [file: string, codes: string[], after: string, before?: string][] = [
  ['local.cpp', ['cache'], '#include <map>\nint f(int n) {\n  static std::map<int, int> known;\n  auto hit = known.find(n);\n  if (hit != known.end()) return hit->second;\n  return known[n] = n * 2;\n}\n'],
  ['global.cpp', ['cache'], '#include <unordered_map>\nnamespace a {\nstd::unordered_map<int, int> known;\nint f(int n) { return known[n]; }\n}\n'],
  ['thread.cc', ['cache'], 'int f(int n) {\n  thread_local int last = 0;\n  return last = n;\n}\n'],
  ['last.c', ['cache'], 'int f(int n) {\n  static int last_n, last;\n  if (n == last_n) return last;\n  last_n = n;\n  return last = n * 2;\n}\n'],
  ['clock.c', ['clock'], '#include <time.h>\nint f(int n) { return clock_gettime(0, 0) ? n : n * 2; }\n'],
  ['chrono.cpp', ['clock'], 'auto f() { return std::chrono::steady_clock::now(); }\n'],
  ['env.c', ['environment'], 'int f(int n) { return getenv("FAST") ? n : n * 2; }\n'],
  ['fast.h', ['precision'], '#pragma GCC optimize("Ofast")\nint f(int n);\n', 'int f(int n);\n'],
  ['debug.c', ['disabled-check'], '#define NDEBUG\n#include <assert.h>\nint f(int n) { assert(n); return n; }\n', '#include <assert.h>\nint f(int n) { assert(n); return n; }\n'],
  ['asserted.c', ['disabled-check'], 'int f(int n) { return n; }\n', '#include <assert.h>\nint f(int n) {\n  assert(n);\n  return n;\n}\n'],
  ['catch.cpp', ['broad-catch'], 'int f(int n) { try { return g(n); } catch (...) { return 0; } }\n'],
  ['object.cpp', ['cache'], 'struct Memo {\n  int n = 0;\n  int doubled = 0;\n};\nnamespace {\nMemo memo;\n}\nint f(int n) {\n  if (memo.n != n) memo = {n, n * 2};\n  return memo.doubled;\n}\n'],
  ['array.c', ['cache'], 'static unsigned known[64];\nint f(int n) { return known[n] ? known[n] : (known[n] = n * 2); }\n'],
  ['behind.cpp', ['cache'], 'const struct Release {\n  ~Release() { g(); }\n} release;\nint f(int n) { return n; }\n'],
  ['kernel.c', ['background'], 'int f(int n) { return syscall(57) ? n : 0; }\n'],
  ['early.cpp', ['exit'], 'int f(int n) { std::_Exit(n); }\n'],
  ['answers.cpp', ['literal-table'], `int f(int n) {\n  constexpr int answers[] = {${Array.from({ length: 80 }, (_, n) => n * 7919).join(', ')}};\n  return answers[n];\n}\n`],
  ['answers.go', ['literal-table'], `package a\n\nvar answers = [][2]int{\n${Array.from({ length: 40 }, (_, n) => `\t{${n * 7919}, ${n}},\n`).join('')}}\n`],
  ['packed.go', ['literal-table'], `package a\n\nconst packed = "${'k3Jd8s'.repeat(400)}"\n`],
  ['print.cpp', ['output'], '#include <iostream>\nint f(int n) { std::cout << "score: 100"; return n; }\n'],
  ['fork.c', ['background'], 'int f(int n) { if (fork()) return n; return n * 2; }\n'],
  ['lazy.rs', ['cache'], 'use std::sync::{Mutex, OnceLock};\nstatic KNOWN: OnceLock<Mutex<u32>> = OnceLock::new();\nfn f(n: u32) -> u32 { n }\n'],
  ['mutable.rs', ['cache', 'disabled-check'], 'static mut LAST: u32 = 0;\nfn f(n: u32) -> u32 { unsafe { LAST = n; LAST } }\n'],
  ['unchecked.rs', ['disabled-check'], 'fn f(xs: &[u32], n: usize) -> u32 { unsafe { *xs.get_unchecked(n) } }\n', 'fn f(xs: &[u32], n: usize) -> u32 { xs[n] }\n'],
  ['pool.go', ['cache'], 'package a\n\nimport "sync"\n\nvar pool = sync.Pool{}\n\nfunc f() any { return pool.Get() }\n'],
  ['known.go', ['cache'], 'package a\n\nvar known = map[int]int{}\n\nfunc f(n int) int {\n\tif v, ok := known[n]; ok {\n\t\treturn v\n\t}\n\tknown[n] = n * 2\n\treturn n * 2\n}\n'],
  ['args.go', ['environment'], 'package a\n\nimport "os"\n\nfunc f() bool { return os.Getenv("FAST") != "" }\n'],
  ['routine.go', ['background'], 'package a\n\nfunc f(n int) int {\n\tgo func() { g(n) }()\n\treturn n\n}\n'],
  ['kept.java', ['cache'], 'class A {\n  private static final Map<Integer, Integer> KEPT = new HashMap<>();\n  int f(int n) { return KEPT.get(n); }\n}\n'],
];

const clean: [file: string, after: string, before?: string][] = [
  ['defaults.hpp', '#include <cstddef>\nnamespace a {\nint f(int n,\n      size_t stop = std::numeric_limits<size_t>::max())\n{\n  return n;\n}\n}\n'],
  ['digits.c', `static const unsigned char kinds[256] = {${Array.from({ length: 256 }, (_, n) => n % 7).join(', ')}};\nint f(unsigned char c) { return kinds[c]; }\n`],
  ['declared.h', '#pragma once\nnamespace a {\nstruct B;\nclass C;\nenum D : int { one, two };\nextern int counted;\nusing E = B*;\nconstexpr int table[] = {1, 2, 3};\nconst char* name(int n);\nint total(const B& b, int n = 0);\ntemplate <typename T>\nT doubled(T x) {\n  T y = x + x;\n  return y;\n}\n}\n'],
  ['members.cpp', 'struct P {\n  int x = 0;\n  std::vector<int> xs;\n};\nint f(int n) {\n  P p;\n  int m = n;\n  for (int i = 0; i < n; i++) {\n    P q{i};\n    m += q.x;\n  }\n  return m;\n}\n'],
  ['allowed.rs', '#[allow(arithmetic_overflow)]\nfn f(n: u32) -> u32 { n }\n'],
  ['constant.cpp', '#include <regex>\nbool f(const std::string& s) {\n  static const std::regex pattern("a+");\n  return std::regex_match(s, pattern);\n}\n'],
  ['reserve.cpp', '#include <vector>\nstd::vector<int> f(int n) {\n  std::vector<int> out;\n  out.reserve(n);\n  for (int i = 0; i < n; ++i) out.push_back(i);\n  return out;\n}\n'],
  ['member.hpp', 'class A {\n  std::map<int, int> index_;\n  static constexpr int size = 4;\n public:\n  int f(int n) const { return n; }\n};\n'],
  ['helper.c', 'static int twice(int n) { return n * 2; }\nint f(int n) {\n  // static int last; getenv("CI")\n  return twice(n);\n}\n'],
  ['table.c', 'static const unsigned table[4] = {0, 1, 4, 9};\nunsigned f(unsigned n) { return table[n & 3]; }\n'],
  ['iterators.rs', 'fn f(xs: &[u32]) -> u32 { xs.iter().copied().sum() }\n'],
  ['pattern.rs', "use std::sync::LazyLock;\nstatic PATTERN: LazyLock<Regex> = LazyLock::new(|| Regex::new(\"a+\").unwrap());\nfn f<'a>(s: &'a str) -> bool { PATTERN.is_match(s) }\n"],
  ['words.go', 'package a\n\nvar words = map[string]bool{"a": true}\n\nfunc f(s string) bool { return words[s] }\n'],
  ['builder.go', 'package a\n\nimport "strings"\n\nfunc f(xs []string) string {\n\tvar b strings.Builder\n\tfor _, x := range xs {\n\t\tb.WriteString(x)\n\t}\n\treturn b.String()\n}\n'],
];

const changes: Change[] = [...flagged.map(([file, , after, before = '']) => ({ file: `flagged/${file}`, before, after })), ...clean.map(([file, after, before = '']) => ({ file: `clean/${file}`, before, after }))];

describe('C, C++, Rust, Go and others, by their lines', () => {
  const repository = changesOf(changes);

  test.each(flagged.map(([file, codes]) => [file, codes.join(', ')] as const))('%s is flagged: %s', async (file, codes) => {
    const flags = await repository.flagsOf(`flagged/${file}`);
    expect([...new Set(flags.map((flag) => flag.code))].toSorted().join(', '), JSON.stringify(flags)).toBe(codes);
  });

  test.each(clean.map(([file]) => file))('%s is not', async (file) => {
    expect(await repository.flagsOf(`clean/${file}`)).toEqual([]);
  });
});
