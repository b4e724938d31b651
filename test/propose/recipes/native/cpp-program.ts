import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const head = `#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

struct R {
  std::uint64_t state;
  explicit R(std::uint64_t seed) : state(seed * 2654435761u + 1) {}
  int num(int n) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(n));
  }
  std::string str() {
    static const char* words[] = {"", "a", "b", "ab", "abc", "long enough not to be short", "x1", "A,b"};
    return words[num(8)];
  }
  std::vector<std::string> strs(int most) {
    std::vector<std::string> out(num(most + 1));
    for (auto& s : out) s = str();
    return out;
  }
  std::vector<int> nums(int most) {
    std::vector<int> out(num(most + 1));
    for (auto& n : out) n = num(40) - 5;
    return out;
  }
  std::map<std::string, int> dict(int most) {
    std::map<std::string, int> out;
    for (const auto& s : strs(most)) out[s] = num(9);
    return out;
  }
};

std::string show(const std::string& s) { return "'" + s + "'"; }
std::string show(double d) { std::ostringstream o; o << d; return o.str(); }
template <class T> std::string show(const std::vector<T>& v) {
  std::string out = "[";
  for (const auto& x : v) out += show(x) + " ";
  return out + "]";
}
template <class M> std::string show_map(const M& m) {
  std::string out = "{";
  for (const auto& [k, v] : m) out += show(k) + ":" + show(v) + " ";
  return out + "}";
}
std::string captured(const std::function<void()>& run) {
  std::ostringstream out;
  auto* saved = std::cout.rdbuf(out.rdbuf());
  try { run(); } catch (...) { std::cout.rdbuf(saved); throw; }
  std::cout.rdbuf(saved);
  return out.str();
}
`;

/** Compiles one program of the old and the new sources, each in a namespace of its own, and gives what it prints of each. */
export async function runCpp(folder: string, sides: { before: string[]; after: string[] }, calls: readonly string[], seeds: number): Promise<{ before: string; after: string }> {
  const spaces = (['before', 'after'] as const).flatMap((side) => sides[side].map((source, i) => `namespace ${side}${i} {\n${source.replaceAll(/^#include.*$/gm, '')}\nstd::string call(R& r) {\n${calls[i] ?? ''}\n}\n}\n`));
  const table = (side: string): string => sides.before.map((_, i) => `${side}${i}::call`).join(', ');
  const main = `int main(int, char** argv) {
  std::string (*before[])(R&) = {${table('before')}};
  std::string (*after[])(R&) = {${table('after')}};
  for (int i = 0; i < ${sides.before.length}; ++i)
    for (int seed = 0; seed < ${seeds}; ++seed) {
      R r(seed);
      std::string result;
      try { result = (argv[1][0] == 'b' ? before : after)[i](r); }
      catch (const std::out_of_range&) { result = "out_of_range"; }
      for (char& c : result) if (c == '\\n') c = '|';
      std::cout << i << ' ' << seed << ' ' << result << '\\n';
    }
}
`;
  await writeFile(join(folder, 'program.cpp'), head + spaces.join('') + main);
  await execa('g++', ['-std=c++17', '-O0', '-o', 'program', 'program.cpp'], { cwd: folder });
  const [before, after] = await Promise.all(['before', 'after'].map(async (side) => (await execa(join(folder, 'program'), [side], { maxBuffer: 2 ** 26, input: 'some words\nto read' })).stdout));
  return { before: before ?? '', after: after ?? '' };
}
