import type { NativeCases } from './harness.js';

const cpp = (body: string, ...headers: string[]): string => `${['vector', 'string', ...headers].map((header) => `#include <${header}>\n`).join('')}\n${body}`;

export const cppCases: Record<string, NativeCases> = {
  'cpp-erase-remove': {
    fires: [
      { source: cpp('void f(std::vector<int>& v, int n) {\n  for (auto it = v.begin(); it != v.end();) {\n    if (*it % 2 == 0 || *it == n) {\n      it = v.erase(it);\n    } else {\n      ++it;\n    }\n  }\n}\n'), call: 'auto v = r.nums(12); f(v, r.num(9)); std::string out; for (int x : v) out += std::to_string(x) + " "; return out;' },
      { source: cpp('int f(std::vector<std::pair<int, std::string>> v) {\n  for (auto it = v.begin(); it != v.end();)\n    if (it->second.empty() || it->first > 3) it = v.erase(it);\n    else it++;\n  return v.size() * 100 + (v.empty() ? 0 : v.back().first);\n}\n', 'algorithm', 'utility'), call: 'std::vector<std::pair<int, std::string>> v; for (auto& s : r.strs(9)) v.push_back({r.num(6), s}); return std::to_string(f(v));' },
    ],
    leaves: {
      'the condition may throw': cpp('int f(std::vector<std::string>& v) {\n  for (auto it = v.begin(); it != v.end();) {\n    if (std::stoi(*it) > 3) it = v.erase(it);\n    else ++it;\n  }\n  return 0;\n}\n'),
      'the condition counts': cpp('void f(std::vector<int>& v) {\n  int n = 0;\n  for (auto it = v.begin(); it != v.end();) {\n    if (n++ % 2) it = v.erase(it);\n    else ++it;\n  }\n}\n'),
      'the condition looks at the vector': cpp('void f(std::vector<int>& v) {\n  for (auto it = v.begin(); it != v.end();) {\n    if (v.size() > 3) it = v.erase(it);\n    else ++it;\n  }\n}\n'),
      'the condition looks at the place': cpp('void f(std::vector<int>& v) {\n  for (auto it = v.begin(); it != v.end();) {\n    if (*it > *(it - 1)) it = v.erase(it);\n    else ++it;\n  }\n}\n'),
      'the loop does more': cpp('int f(std::vector<int>& v) {\n  int n = 0;\n  for (auto it = v.begin(); it != v.end();) {\n    if (*it > 3) it = v.erase(it);\n    else ++it;\n    n++;\n  }\n  return n;\n}\n'),
      'a list erases in constant time': cpp('#include <list>\nvoid f(std::list<int>& v) {\n  for (auto it = v.begin(); it != v.end();) {\n    if (*it > 3) it = v.erase(it);\n    else ++it;\n  }\n}\n'),
      'unknown code': cpp('bool gone(int x);\nvoid f(std::vector<int>& v) {\n  for (auto it = v.begin(); it != v.end();) {\n    if (gone(*it)) it = v.erase(it);\n    else ++it;\n  }\n}\n'),
    },
  },
  'cpp-deque-for-front': {
    fires: [
      { source: cpp('int f(const std::vector<int>& seeds) {\n  std::vector<int> queue;\n  for (int s : seeds) queue.push_back(s);\n  int sum = 0;\n  while (!queue.empty()) {\n    int x = queue.front();\n    queue.erase(queue.begin());\n    sum = sum * 3 + x + static_cast<int>(queue.size());\n    if (x > 4) queue.push_back(x / 2);\n  }\n  return sum;\n}\n'), call: 'return std::to_string(f(r.nums(9)));' },
    ],
    leaves: {
      'it is handed on': cpp('void use(std::vector<int>&);\nvoid f(std::vector<int> seeds) {\n  std::vector<int> q;\n  use(q);\n  while (!q.empty()) {\n    q.erase(q.begin());\n  }\n}\n'),
      'it is returned': cpp('std::vector<int> f(int n) {\n  std::vector<int> q;\n  while (q.size() > 3) {\n    q.erase(q.begin());\n  }\n  return q;\n}\n'),
      'it is a parameter': cpp('int f(std::vector<int> q) {\n  int n = 0;\n  while (!q.empty()) {\n    q.erase(q.begin());\n    n++;\n  }\n  return n;\n}\n'),
      'the iterator is used': cpp('int f() {\n  std::vector<int> q;\n  int n = 0;\n  while (!q.empty()) {\n    auto it = q.erase(q.begin());\n    n += *it;\n  }\n  return n;\n}\n'),
      'not of the standard library': 'int f() {\n  vector<int> q;\n  while (!q.empty()) {\n    q.erase(q.begin());\n  }\n  return 0;\n}\n',
    },
  },
  'cpp-append-in-place': {
    fires: [
      { source: cpp('std::string f(const std::vector<std::string>& xs) {\n  std::string out;\n  for (const auto& x : xs) {\n    out = out + x + ",";\n    if (!x.empty()) out = out + x[0] + std::to_string(x.size());\n  }\n  return out;\n}\n'), call: 'return f(r.strs(9));' },
    ],
    leaves: {
      'it stands twice': cpp('std::string f(int n) {\n  std::string s = "a";\n  for (int i = 0; i < n; i++) s = s + "b" + s;\n  return s;\n}\n'),
      'a number may have a plus of its own': cpp('std::string operator+(const std::string& s, int n);\nstd::string f(int n) {\n  std::string s;\n  for (int i = 0; i < n; i++) s = s + i;\n  return s;\n}\n'),
      'somebody else may see it': cpp('std::string f(std::string& s, int n) {\n  for (int i = 0; i < n; i++) s = s + "x";\n  return s;\n}\n'),
      'put in front': cpp('std::string f(int n) {\n  std::string s;\n  for (int i = 0; i < n; i++) s = "x" + s;\n  return s;\n}\n'),
      'unknown code may see it': cpp('std::string g();\nvoid keep(std::string*);\nstd::string f(int n) {\n  std::string s;\n  keep(&s);\n  for (int i = 0; i < n; i++) s = s + "x";\n  return s;\n}\n'),
    },
  },
  'cpp-length-once': {
    fires: [{ source: cpp('int f(const char* text, char c) {\n  int n = 0;\n  std::string seen;\n  for (std::size_t i = 0; i < strlen(text); ++i) {\n    if (text[i] == c) ++n;\n    seen += text[i];\n  }\n  return n + static_cast<int>(seen.size());\n}\n', 'cstring'), call: 'auto s = r.str(); return std::to_string(f(s.c_str(), "abx"[r.num(3)]));' }],
    leaves: {
      'it is written to': cpp('void f(char* text) {\n  for (std::size_t i = 0; i < strlen(text); ++i) text[i] = \'a\';\n}\n'),
      'another pointer may be the same': cpp('void f(const char* text, char* out) {\n  for (std::size_t i = 0; i < strlen(text); ++i) out[i] = text[i];\n}\n'),
      'unknown code': cpp('void g();\nvoid f(const char* text) {\n  for (std::size_t i = 0; i < strlen(text); ++i) g();\n}\n'),
      'it may not be asked at all': cpp('int f(const char* text, int n) {\n  int k = 0;\n  for (int i = 0; i < n && i < strlen(text); ++i) ++k;\n  return k;\n}\n'),
      'the pointer moves': cpp('int f(const char* text) {\n  int k = 0;\n  for (int i = 0; i < strlen(text); ++i) ++text;\n  return k;\n}\n'),
    },
  },
  'cpp-one-lookup': {
    fires: [
      { source: cpp('int f(const std::vector<std::string>& xs) {\n  std::unordered_map<std::string, int> seen;\n  int n = 0;\n  for (const auto& x : xs) {\n    if (seen.find(x) != seen.end()) {\n      seen[x] += 2;\n      n += seen.at(x);\n    } else {\n      seen[x] = 1;\n    }\n    if (seen.count("a") > 0 && n < 9) n += seen["a"];\n  }\n  return n;\n}\n', 'unordered_map'), call: 'return std::to_string(f(r.strs(12)));' },
      { source: cpp('int f(const std::map<std::string, int>& m, const std::string& k) {\n  if (m.count(k)) {\n    return m.at(k) * 2;\n  }\n  return -1;\n}\n', 'map'), call: 'return std::to_string(f(r.dict(8), r.str()));' },
    ],
    leaves: {
      'the key changes': cpp('#include <map>\nint f(std::map<int, int> m, int k) {\n  if (m.count(k)) {\n    k++;\n    return m[k];\n  }\n  return 0;\n}\n'),
      'it is erased': cpp('#include <map>\nint f(std::map<int, int> m, int k) {\n  if (m.count(k)) {\n    m.erase(k);\n    return m[k];\n  }\n  return 0;\n}\n'),
      'unknown code may change it': cpp('#include <map>\nvoid g();\nint f(std::map<int, int>& m, int k) {\n  if (m.count(k)) {\n    g();\n    return m[k];\n  }\n  return 0;\n}\n'),
      'the condition erases': cpp('#include <unordered_map>\nint f(std::unordered_map<int, int> cache, int key, int old) {\n  if (cache.count(key) && cache.erase(old) == 0) return cache[key];\n  return 0;\n}\n'),
      'the condition changes the key': cpp('#include <unordered_map>\nint f(std::unordered_map<int, int> cache, int key) {\n  if (cache.count(key) && ++key > 3) return cache[key];\n  return 0;\n}\n'),
      'the condition runs unknown code': cpp('#include <unordered_map>\nbool g();\nint f(std::unordered_map<int, int>& cache, int key) {\n  if (cache.count(key) && g()) return cache[key];\n  return 0;\n}\n'),
      'a multimap has several': cpp('#include <map>\nint f(std::multimap<int, int> m, int k) {\n  if (m.count(k)) return m.find(k)->second;\n  return 0;\n}\n'),
      'a type of the program': 'int f(Table m, int k) {\n  if (m.count(k)) return m[k];\n  return 0;\n}\n',
    },
  },
  'cpp-compare-in-place': {
    fires: [{ source: cpp('int f(const std::string& s, std::string t, int n) {\n  int found = 0;\n  for (int i = 0; i < n; i++) {\n    if (s.substr(i, 2) == "ab" || s.substr(i) != t) ++found;\n  }\n  return found;\n}\n'), call: 'return std::to_string(f(r.str(), r.str(), r.num(5)));' }],
    leaves: {
      'a view copies nothing': cpp('#include <string_view>\nbool f(std::string_view s) {\n  return s.substr(1, 2) == "ab";\n}\n'),
      'a type of the program': 'bool f(const Text& s) {\n  return s.substr(1, 2) == "ab";\n}\n',
      'another order': cpp('bool f(const std::string& s) {\n  return s.substr(1, 2) < "ab";\n}\n'),
    },
  },
  'cpp-view-of-substr': {
    fires: [
      { source: cpp('int f(const std::string& s) {\n  const std::string head = s.substr(0, 3);\n  int n = 0;\n  if (head.size() >= 2 && head[1] == \'b\') n++;\n  for (std::size_t i = 0; i < head.length(); ++i) n += head[i] == \'a\' ? 10 : 100;\n  if (!head.empty()) { n += head[0] == \'x\'; }\n  std::size_t j = 0;\n  while (j < head.size() && head[j] != \'b\') ++j;\n  return n + static_cast<int>(j) * 1000;\n}\n'), call: 'return std::to_string(f(r.str()));' },
      { source: cpp('int f(const std::vector<std::string>& xs) {\n  int n = 0;\n  for (const auto& x : xs) {\n    const std::string head = x.substr(0, 2);\n    if (head == "ab") n += 1;\n    else if (head.empty() || head[0] == \'x\') n += 10;\n    auto tail = x.substr(1);\n    if (tail.find("on") != std::string::npos && tail < x) n += static_cast<int>(tail.size()) * 100;\n  }\n  return n;\n}\n'), call: 'return std::to_string(f(r.strs(6)));' },
      { source: cpp('int f(std::string line) {\n  int n = 0;\n  line += ",";\n  while (n < 3) {\n    std::string part = line.substr(n, 3);\n    n += part != "abc" ? 1 : 2;\n  }\n  line.clear();\n  return n;\n}\n'), call: 'return std::to_string(f(r.str()));' },
    ],
    leaves: {
      'its end is read': cpp('int f(const std::string& s) {\n  std::string part = s.substr(1, 2);\n  int n = 0;\n  for (std::size_t i = 0; part[i] != \'\\0\'; ++i) n++;\n  return n;\n}\n'),
      'an empty part is read': cpp('bool f(const std::string& s) {\n  std::string part = s.substr(1, 0);\n  return part[0] == \'#\';\n}\n'),
      'the index goes on behind the test': cpp('bool f(const std::string& s) {\n  std::string part = s.substr(1, 2);\n  std::size_t i = 0;\n  while (i < part.size()) {\n    ++i;\n    if (part[i] == \'#\') return true;\n  }\n  return false;\n}\n'),
      'it is kept': cpp('void f(const std::string& s, std::vector<std::string>& out) {\n  std::string part = s.substr(1);\n  out.push_back(part);\n}\n'),
      'the string changes': cpp('bool f(std::string s) {\n  std::string part = s.substr(1);\n  s = "b";\n  return part == "a";\n}\n'),
      'other code may change the string': cpp('void g();\nbool f(const std::string& s) {\n  std::string part = s.substr(1);\n  g();\n  return part == "a";\n}\n'),
      'the string is an element that goes away': cpp('bool f(std::vector<std::string> v) {\n  const std::string& s = v[0];\n  std::string part = s.substr(1);\n  v.clear();\n  return part == "a";\n}\n'),
      'the container of the string changes': cpp('bool f(std::vector<std::string> v) {\n  for (const auto& s : v) {\n    std::string part = s.substr(1);\n    v.clear();\n    return part == "a";\n  }\n  return false;\n}\n'),
      'it is changed': cpp('std::size_t f(const std::string& s) {\n  std::string part = s.substr(1);\n  part[0] = \'a\';\n  return part.size();\n}\n'),
      'its end is used as that of a text of C': cpp('int f(const std::string& s) {\n  std::string part = s.substr(1);\n  return std::atoi(part.c_str());\n}\n', 'cstdlib'),
      'a type of the program': cpp('bool f(const Text& s) {\n  std::string part = s.substr(1);\n  return part == "a";\n}\n'),
    },
  },
  'cpp-transparent-lookup': {
    fires: [
      { source: cpp('struct Table {\n  std::map<std::string, int> byName;\n  int ask(const char* key) const { return static_cast<int>(byName.size()) + (key[0] == \'a\'); }\n};\nint f(const std::vector<std::string>& xs) {\n  std::set<std::string> names(xs.begin(), xs.end());\n  int n = 0;\n  for (const char* key : {"a", "long enough not to be short"}) {\n    if (names.find(key) != names.end()) n += 1;\n    n += static_cast<int>(names.count("x1")) * 10;\n  }\n  for (const auto& name : names) n += static_cast<int>(name.size()) * 100;\n  return n;\n}\n', 'map', 'set'), call: 'return std::to_string(f(r.strs(6)));' },
    ],
    leaves: {
      'strings are there already': cpp('std::size_t f(const std::string& key) {\n  std::set<std::string> names;\n  return names.count(key);\n}\n', 'set'),
      'an order of its own': cpp('std::size_t f() {\n  std::set<std::string, std::greater<std::string>> names;\n  return names.count("a");\n}\n', 'functional', 'set'),
      'the type is named elsewhere': cpp('void g(const std::set<std::string>&);\nstd::size_t f() {\n  std::set<std::string> names;\n  g(names);\n  return names.count("a");\n}\n', 'set'),
      'hashed by another': cpp('std::size_t f() {\n  std::unordered_map<std::string, int> names;\n  return names.count("a");\n}\n', 'unordered_map'),
      'two of that name': cpp('struct A {\n  std::set<std::string> names;\n};\nstd::size_t f() {\n  std::set<std::string> names;\n  return names.count("a");\n}\n', 'set'),
    },
  },
  'cpp-range-const-ref': {
    fires: [
      { source: cpp('std::size_t f(const std::vector<std::string>& xs) {\n  std::size_t n = 0;\n  for (auto x : xs) {\n    if (!x.empty() && x[0] == \'a\') n += x.size();\n  }\n  return n;\n}\n'), call: 'return std::to_string(f(r.strs(9)));' },
      { source: cpp('std::string f(std::map<std::string, int> m, std::vector<std::string> xs) {\n  std::vector<std::string> out;\n  std::string all;\n  for (auto [k, v] : m) {\n    if (v > 3) out.push_back(k);\n  }\n  for (std::string x : xs) all += x;\n  for (const std::string x : out) all += x;\n  return all;\n}\n', 'map'), call: 'return f(r.dict(9), r.strs(5));' },
      { source: cpp('struct Item {\n  std::string id;\n  std::vector<int> values;\n};\nstruct Hit {\n  std::string id;\n  int score;\n};\nstatic int score(const std::vector<int>& values, int n) {\n  int sum = n;\n  for (int v : values) sum = sum * 3 + v;\n  return sum;\n}\nstruct Index {\n  std::map<int, std::vector<Item>> lists_;\n  std::size_t f(int list, int n) const {\n    std::vector<Hit> hits;\n    for (auto item : lists_.at(list)) {\n      if (item.id.empty()) continue;\n      hits.push_back(Hit{item.id, score(item.values, n)});\n    }\n    std::size_t all = hits.size();\n    for (const auto& hit : hits) all = all * 7 + hit.id.size() + hit.score;\n    return all;\n  }\n};\n', 'map'), call: 'Index index; index.lists_[1]; for (auto& s : r.strs(9)) index.lists_[1].push_back(Item{s, r.nums(4)}); return std::to_string(index.f(1, r.num(9)));' },
    ],
    leaves: {
      'it is changed': cpp('std::size_t f(const std::vector<std::string>& xs) {\n  std::size_t n = 0;\n  for (auto x : xs) {\n    x += "a";\n    n += x.size();\n  }\n  return n;\n}\n'),
      'the container is changed': cpp('std::size_t f(std::vector<std::string> xs) {\n  std::size_t n = 0;\n  for (auto x : xs) {\n    xs[0] = "a";\n    n += x.size();\n  }\n  return n;\n}\n'),
      'another name may change it': cpp('std::size_t f(const std::vector<std::string>& xs, std::vector<std::string>& ys) {\n  std::size_t n = 0;\n  for (auto x : xs) {\n    ys[0] = "a";\n    n += x.size();\n  }\n  return n;\n}\n'),
      'unknown code may change it': cpp('void g();\nstd::size_t f(const std::vector<std::string>& xs) {\n  std::size_t n = 0;\n  for (auto x : xs) {\n    g();\n    n += x.size();\n  }\n  return n;\n}\n'),
      'it is a reference': cpp('std::size_t f(std::vector<std::string>& xs) {\n  std::size_t n = 0;\n  for (auto& x : xs) n += x.size();\n  return n;\n}\n'),
      'numbers are cheap': cpp('int f(const std::vector<int>& xs) {\n  int n = 0;\n  for (auto x : xs) n += x;\n  return n;\n}\n'),
      'it is made of another type': cpp('std::size_t f(const std::vector<const char*>& xs) {\n  std::size_t n = 0;\n  for (std::string x : xs) n += x.size();\n  return n;\n}\n'),
      'copies of the struct do something': cpp('struct Item {\n  std::string id;\n  Item(const Item& other);\n};\nstd::size_t f(const std::vector<Item>& items) {\n  std::size_t n = 0;\n  for (auto item : items) n += item.id.size();\n  return n;\n}\n'),
      'the struct has an address in it': cpp('struct Item {\n  std::string id;\n  int* owner;\n};\nstd::size_t f(const std::vector<Item>& items) {\n  std::size_t n = 0;\n  for (auto item : items) n += item.id.size();\n  return n;\n}\n'),
      'a function keeps a part of it': cpp('struct Item {\n  std::string id;\n};\nconst std::string* last;\nstatic int g(const std::string& s) {\n  last = &s;\n  return 1;\n}\nstd::size_t f(const std::vector<Item>& items) {\n  std::size_t n = 0;\n  for (auto item : items) n += g(item.id);\n  return n;\n}\n'),
      'a function gives a part of it back': cpp('struct Item {\n  std::string id;\n};\nstatic const std::string& g(const std::string& s) {\n  return s;\n}\nstd::size_t f(const std::vector<Item>& items) {\n  std::size_t n = 0;\n  const std::string* kept = nullptr;\n  for (auto item : items) {\n    const std::string& part = g(item.id);\n    if (kept == nullptr) kept = &part;\n    n += part.size();\n  }\n  return n;\n}\n'),
      'it is moved': cpp('#include <utility>\nstd::vector<std::string> f(std::vector<std::string> xs) {\n  std::vector<std::string> out;\n  for (auto x : xs) out.push_back(std::move(x));\n  return out;\n}\n'),
    },
  },
  'cpp-const-ref-parameter': {
    fires: [
      { source: cpp('int f(std::string text, int n) {\n  return static_cast<int>(text.size()) * 3 + n;\n}\nint g(const std::string& s) {\n  return f(s, 1) + f("literal", 2);\n}\n'), call: 'return std::to_string(g(r.str()));' },
      { source: cpp('namespace {\nint count(std::string s, const std::vector<std::string> xs, char c);\n\nint f(std::string s, const std::vector<std::string> xs, char c) {\n  int n = 0;\n  for (char d : s) n += d == c;\n  for (const auto& x : xs) n += static_cast<int>(x.size());\n  if (n > 3 && s.size() > 1) n += f(s.substr(1), xs, c);\n  return n;\n}\n}\n'), call: 'return std::to_string(f(r.str(), r.strs(5), \'a\'));' },
      { source: cpp('static bool f(std::string s);\n\nstatic bool f(std::string s) {\n  return s.size() > 2 && s[0] == \'a\';\n}\n'), call: 'return f(r.str()) ? "yes" : "no";' },
    ],
    leaves: {
      'other files may call it': cpp('#include "f.h"\nbool f(std::string s) {\n  return s.size() > 2;\n}\n'),
      'it is changed': cpp('static bool f(std::string s) {\n  s += "a";\n  return s.size() > 2;\n}\n'),
      'a global may be the argument': cpp('std::string last;\nstatic bool f(std::string s) {\n  last = "a";\n  return s.size() > 2;\n}\n'),
      'unknown code may change the argument': cpp('void g();\nstatic bool f(std::string s) {\n  g();\n  return s.size() > 2;\n}\n'),
      'a look-up may insert': cpp('#include <map>\nstatic int f(std::map<int, int> m, int k) {\n  return m[k] + m[k + 1];\n}\n'),
      'its address is taken': cpp('static bool f(std::string s) {\n  return s.size() > 2;\n}\nbool (*table[])(std::string) = {f};\n'),
      'it is virtual': cpp('struct A : B {\n  bool f(std::string s) override { return s.size() > 2; }\n};\n'),
      'the argument is moved into it': cpp('static bool f(std::string s) {\n  return s.size() > 2;\n}\nbool g(std::string t) { return f(std::move(t)); }\n'),
      'it is returned': cpp('static std::string f(std::string s) {\n  return s;\n}\n'),
    },
  },
  'cpp-hoist-container': {
    fires: [
      { source: cpp('std::size_t f(const std::vector<std::string>& xs) {\n  std::size_t n = 0;\n  for (const auto& x : xs) {\n    std::vector<int> digits;\n    std::string text;\n    for (char c : x) {\n      if (c == \'b\') continue;\n      digits.push_back(c);\n      text += c;\n    }\n    if (x.empty()) continue;\n    n = n * 7 + digits.size() + text.size();\n  }\n  return n;\n}\n'), call: 'return std::to_string(f(r.strs(9)));' },
    ],
    leaves: {
      'it is moved away': cpp('#include <utility>\nstd::vector<std::vector<int>> f(int n) {\n  std::vector<std::vector<int>> out;\n  for (int i = 0; i < n; i++) {\n    std::vector<int> row;\n    row.push_back(i);\n    out.push_back(std::move(row));\n  }\n  return out;\n}\n'),
      'a lambda knows it': cpp('int f(int n) {\n  int k = 0;\n  for (int i = 0; i < n; i++) {\n    std::vector<int> row;\n    auto add = [&] { row.push_back(1); };\n    add();\n    k += row.size();\n  }\n  return k;\n}\n'),
      'the rounds run side by side': cpp('int f(int n) {\n  int k = 0;\n#pragma omp parallel for\n  for (int i = 0; i < n; i++) {\n    std::vector<int> row;\n    row.push_back(i);\n    k += row.size();\n  }\n  return k;\n}\n'),
      'it is static': cpp('int f(int n) {\n  int k = 0;\n  for (int i = 0; i < n; i++) {\n    static std::vector<int> row;\n    row.push_back(i);\n    k += row.size();\n  }\n  return k;\n}\n'),
      'it has a size': cpp('int f(int n) {\n  int k = 0;\n  for (int i = 0; i < n; i++) {\n    std::vector<int> row(9);\n    row.push_back(i);\n    k += row.size();\n  }\n  return k;\n}\n'),
    },
  },
  'cpp-reserve': {
    fires: [
      { source: cpp('int f(const std::vector<std::string>& xs, const std::vector<std::string>& ys) {\n  std::unordered_map<std::string, int> places;\n  for (const auto& x : xs) {\n    places.emplace(x, static_cast<int>(x.size()));\n  }\n  std::unordered_set<std::string> seen;\n  for (const auto& x : xs) seen.insert(x);\n  int n = static_cast<int>(seen.size());\n  for (const auto& y : ys) {\n    auto it = places.find(y);\n    if (it != places.end()) n += it->second + static_cast<int>(seen.count(y));\n  }\n  return n;\n}\n', 'unordered_map', 'unordered_set'), call: 'return std::to_string(f(r.strs(12), r.strs(12)));' },
      { source: cpp('std::vector<int> f(int n, const std::vector<std::string>& xs) {\n  std::vector<int> out;\n  for (int i = 0; i < n; ++i) {\n    out.push_back(i * 2);\n  }\n  std::vector<std::size_t> sizes;\n  for (const auto& x : xs) sizes.push_back(x.size());\n  std::string text;\n  for (std::size_t i = 0; i < xs.size(); i++) {\n    text.push_back(xs[i].empty() ? \'-\' : xs[i][0]);\n  }\n  out.push_back(static_cast<int>(sizes.size() + text.size()));\n  return out;\n}\n'), call: 'std::string out; for (int x : f(r.num(9) - 3, r.strs(9))) out += std::to_string(x) + " "; return out;' },
    ],
    leaves: {
      'a table is gone over': cpp('#include <unordered_map>\nint f(const std::vector<std::string>& xs) {\n  std::unordered_map<std::string, int> places;\n  for (const auto& x : xs) places[x] = 1;\n  int n = 0;\n  for (const auto& [key, place] : places) n = n * 3 + place;\n  return n;\n}\n'),
      'a table is handed on': cpp('#include <unordered_set>\nstd::unordered_set<int> f(const std::vector<int>& xs) {\n  std::unordered_set<int> seen;\n  for (int x : xs) seen.insert(x);\n  return seen;\n}\n'),
      'an element of a vector is written': cpp('int f(const std::vector<int>& xs) {\n  std::vector<int> out;\n  for (int x : xs) out[x] = 1;\n  return 1;\n}\n'),
      'it is not empty': cpp('std::vector<int> f(int n) {\n  std::vector<int> out(3);\n  for (int i = 0; i < n; ++i) out.push_back(i);\n  return out;\n}\n'),
      'not every round': cpp('std::vector<int> f(int n) {\n  std::vector<int> out;\n  for (int i = 0; i < n; ++i) {\n    if (i % 2) out.push_back(i);\n  }\n  return out;\n}\n'),
      'the loop may end early': cpp('std::vector<int> f(int n) {\n  std::vector<int> out;\n  for (int i = 0; i < n; ++i) {\n    if (i == 5) break;\n    out.push_back(i);\n  }\n  return out;\n}\n'),
      'an outer loop goes on with it': cpp('std::vector<int> f(int n) {\n  std::vector<int> out;\n  for (int k = 0; k < n; ++k) {\n    for (int i = 0; i < n; ++i) out.push_back(i);\n  }\n  return out;\n}\n'),
      'it is reserved already': cpp('std::vector<int> f(int n) {\n  std::vector<int> out;\n  out.reserve(9);\n  for (int i = 0; i < n; ++i) out.push_back(i);\n  return out;\n}\n'),
      'the input says how many, and may end': cpp('#include <cstdint>\nstruct Reader { std::uint32_t u32(); };\nstd::vector<std::uint32_t> f(Reader& in) {\n  std::uint32_t count = in.u32();\n  std::vector<std::uint32_t> out;\n  for (std::uint32_t i = 0; i < count; ++i) out.push_back(in.u32());\n  return out;\n}\n'),
      'the input says how many, and an element may be missing': cpp('std::vector<int> f(const std::vector<int>& data, int count) {\n  std::vector<int> out;\n  for (int i = 0; i < count; ++i) out.push_back(data.at(i));\n  return out;\n}\n'),
      'the elements are made by code of the program': cpp('struct Reader;\nstruct Entry { explicit Entry(Reader& in); };\nstd::vector<Entry> f(Reader& in, int count) {\n  std::vector<Entry> out;\n  for (int i = 0; i < count; ++i) out.emplace_back(in);\n  return out;\n}\n'),
      'a function of the file may throw': cpp('static int checked(int i) {\n  if (i > 9) throw i;\n  return i;\n}\nstd::vector<int> f(int count) {\n  std::vector<int> out;\n  for (int i = 0; i < count; ++i) out.push_back(checked(i));\n  return out;\n}\n'),
      'the head of the loop declares the count': cpp('int count();\nstd::vector<int> f() {\n  std::vector<int> out;\n  for (int i = 0, n = count(); i < n; ++i) out.push_back(i);\n  return out;\n}\n'),
      'the count is not known': cpp('int count();\nstd::vector<int> f() {\n  std::vector<int> out;\n  for (int i = 0; i < count(); ++i) out.push_back(i);\n  return out;\n}\n'),
    },
  },
  'cpp-move-last-use': {
    fires: [
      { source: cpp('std::vector<std::vector<int>> f(const std::vector<int>& xs) {\n  std::vector<std::vector<int>> rows;\n  for (int x : xs) {\n    std::vector<int> row;\n    for (int i = 0; i < x; i++) row.push_back(i);\n    if (row.empty()) continue;\n    rows.push_back(row);\n  }\n  return rows;\n}\n'), call: 'return show(f(r.nums(6)).size() > 0 ? f(r.nums(5)).size() * 1.0 : -1.0);' },
      { source: cpp('std::vector<std::string> f(const std::vector<std::string>& xs) {\n  std::vector<std::string> out;\n  for (std::string x : xs) {\n    x += "!";\n    out.push_back(x);\n  }\n  return out;\n}\n'), call: 'return show(f(r.strs(6)));' },
    ],
    leaves: {
      'it is used again': cpp('std::size_t f(std::vector<std::string>& out) {\n  std::string s = "a";\n  out.push_back(s);\n  return s.size();\n}\n'),
      'the loop uses it again': cpp('void f(std::vector<std::string>& out, int n) {\n  std::string s = "a";\n  for (int i = 0; i < n; i++) {\n    out.push_back(s);\n  }\n}\n'),
      'a reference knows it': cpp('std::size_t f(std::vector<std::string>& out) {\n  std::string s = "a";\n  const auto& t = s;\n  out.push_back(s);\n  return t.size();\n}\n'),
      'something may keep it': cpp('struct Keeper { explicit Keeper(std::string&); std::size_t size(); };\nstd::size_t f(std::vector<std::string>& out) {\n  std::string s = "a";\n  Keeper k(s);\n  out.push_back(s);\n  return k.size();\n}\n'),
      'a container keeps a view of it': cpp('#include <string_view>\n#include <unordered_map>\nint f(std::vector<std::string>& names) {\n  std::unordered_map<std::string_view, int> index;\n  std::string key = "a";\n  index.emplace(key, 7);\n  names.push_back(key);\n  return index.begin()->second;\n}\n'),
      'elements of the program may keep a view of it': cpp('#include <string_view>\nstruct Token { std::string_view text; explicit Token(std::string_view t) : text(t) {} };\nstd::size_t f(std::vector<std::string>& names) {\n  std::vector<Token> tokens;\n  std::string key = "a";\n  tokens.emplace_back(key);\n  names.push_back(key);\n  return tokens[0].text.size();\n}\n'),
      'a view is set to it': cpp('#include <string_view>\nstd::size_t f(std::vector<std::string>& names) {\n  std::string_view view;\n  std::string key = "a";\n  view = key;\n  names.push_back(key);\n  return view.size();\n}\n'),
      'it is constant': cpp('void f(std::vector<std::string>& out) {\n  const std::string s = "a";\n  out.push_back(s);\n}\n'),
    },
  },
  'cpp-emplace': {
    fires: [{ source: cpp('std::vector<std::string> f(int n) {\n  std::vector<std::string> out;\n  std::vector<std::pair<int, std::string>> pairs;\n  for (int i = 1; i < n; i++) {\n    out.push_back(std::string(i, \'x\'));\n    pairs.push_back(std::pair<int, std::string>(i, out[i - 1]));\n    out.push_back(std::string(out[0]));\n  }\n  for (const auto& p : pairs) out.push_back(p.second);\n  return out;\n}\n', 'utility'), call: 'return show(f(r.num(6)));' }],
    leaves: {
      'a new object would leak': cpp('#include <memory>\nvoid f(std::vector<std::shared_ptr<int>>& out) {\n  out.push_back(std::shared_ptr<int>(new int(3)));\n}\n'),
      'another type': cpp('void f(std::vector<std::string>& out) {\n  out.push_back(std::to_string(3));\n}\n'),
      'braces': cpp('void f(std::vector<std::string>& out) {\n  out.push_back(std::string({\'a\', \'b\'}));\n}\n'),
      'a type of the program may have explicit constructors': cpp('void f(std::vector<Money>& out) {\n  out.push_back(Money(3));\n}\n'),
    },
  },
  'cpp-newline-for-endl': {
    fires: [{ source: cpp('void f(const std::vector<std::string>& xs) {\n  for (const auto& x : xs) {\n    std::cout << x << std::endl;\n    if (x.empty()) std::cout << "empty" << std::endl << "next" << std::endl;\n  }\n}\n', 'iostream'), call: 'auto xs = r.strs(5); return captured([&] { f(xs); });' }],
    leaves: {
      'to stderr': cpp('#include <iostream>\nvoid f(int n) {\n  for (int i = 0; i < n; i++) std::cerr << i << std::endl;\n}\n'),
      'once': cpp('#include <iostream>\nvoid f(int n) {\n  std::cout << n << std::endl;\n}\n'),
      'the program may abort': cpp('#include <iostream>\nvoid f(int n) {\n  for (int i = 0; i < n; i++) std::cout << i << std::endl;\n  abort();\n}\n'),
      'the loop may wait': cpp('#include <iostream>\nvoid f(Socket& s) {\n  while (true) {\n    std::cout << s.next() << std::endl;\n  }\n}\n'),
      'the input is untied': cpp('#include <iostream>\nint main() {\n  std::cin.tie(nullptr);\n  int n;\n  while (std::cin >> n) {\n    std::cout << n + 1 << std::endl;\n  }\n}\nint f() {\n  int n;\n  while (std::cin >> n) {\n    std::cout << n + 1 << std::endl;\n  }\n  return n;\n}\n'),
      'C reads': cpp('#include <cstdio>\n#include <iostream>\nint f() {\n  int n;\n  while (scanf("%d", &n) == 1) {\n    std::cout << n + 1 << std::endl;\n  }\n  return n;\n}\n'),
      'C reads lines': cpp('#include <cstdio>\n#include <iostream>\nvoid f(FILE* in) {\n  char line[80];\n  while (fgets(line, 80, in)) {\n    std::cout << line << std::endl;\n  }\n}\n'),
      'a stream that is not known': cpp('#include <iostream>\nvoid f(std::ostream& out, int n) {\n  for (int i = 0; i < n; i++) out << i << std::endl;\n}\n'),
    },
  },
  'cpp-sync-with-stdio': {
    fires: [],
    leaves: {
      'C prints too': '#include <cstdio>\n#include <iostream>\nint f();\nint main() {\n  std::cout << 1;\n  printf("2");\n}\nint f() { return 0; }\n',
      'another file may print': '#include <iostream>\n#include "other.h"\nint main() {\n  std::cout << 1;\n}\nint f() { return 0; }\n',
      'a declared function may print': '#include <iostream>\nvoid other();\nint main() {\n  std::cout << 1;\n  other();\n}\nint f() { return 0; }\n',
      'not main': '#include <iostream>\nint f() {\n  std::cout << 1;\n  return 0;\n}\n',
    },
  },
  'cpp-square': {
    fires: [{ source: cpp('double f(const std::vector<double>& xs, double m) {\n  double sum = 0;\n  for (std::size_t i = 0; i < xs.size(); i++) {\n    double d = xs[i];\n    sum += std::pow(d - m, 2) / std::pow(xs[i], 2.0) + 1.0 / std::pow(m, 2);\n  }\n  return sum;\n}\n', 'cmath'), call: 'std::vector<double> xs; for (int n : r.nums(9)) xs.push_back(n + 5.25); return show(f(xs, r.num(9) + 0.5));' }],
    leaves: {
      'a float is squared as double': cpp('#include <cmath>\ndouble f(float x) {\n  return std::pow(x, 2);\n}\n'),
      'a call may have effects': cpp('#include <cmath>\ndouble g();\ndouble f() {\n  return std::pow(g(), 2);\n}\n'),
      'another power': cpp('#include <cmath>\ndouble f(double x) {\n  return std::pow(x, 3);\n}\n'),
      'a number of the program': 'Number f(Number x) {\n  return std::pow(x, 2);\n}\n',
    },
  },
};

/** A whole program: the rewrite is of its `main`. */
export const cppMain = '#include <iostream>\n#include <string>\n\nint main() {\n  std::string word;\n  int n = 0;\n  while (std::cin >> word) {\n    std::cout << ++n << " " << word << "\\n";\n  }\n  return 0;\n}\n';
