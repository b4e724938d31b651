// Results of every function for generated inputs of many sizes, one line each.
#include <cmath>
#include <cstdio>
#include <functional>

#include "hash.h"
#include "inputs.h"

namespace {

void show(const std::string& name, const std::function<std::string()>& work) {
  std::string result;
  try {
    result = work();
  } catch (const std::exception& error) {
    result = std::string("error ") + error.what();
  }
  if (result.size() > 300) {
    // not the library's own hash: a wrong library must not hide itself
    std::uint64_t sum = 14695981039346656037ULL;
    for (unsigned char byte : result) sum = (sum ^ byte) * 1099511628211ULL;
    result = "fnv " + std::to_string(sum) + " of " + std::to_string(result.size());
  }
  std::printf("%s %s\n", name.c_str(), result.c_str());
}

}  // namespace

int main() {
  for (int i = 0; i < 60; i++) {
    inputs::Random random(inputs::seed() + "/check/" + std::to_string(i));
    std::string at = std::to_string(i) + " ";
    std::size_t size = static_cast<std::size_t>(std::exp2(static_cast<double>(random.below(1700)) / 100)) - 1;
    std::string data = random.below(12) == 0 ? std::string(size, '\0') : inputs::bytes(random, size);
    std::uint64_t seed = random.next();
    show(at + "crc32", [&] { return std::to_string(hash::crc32(data)); });
    show(at + "hash64", [&] { return std::to_string(hash::hash64(data, seed)); });
    show(at + "to_hex", [&] { return hash::to_hex(data); });
    show(at + "entropy", [&] {
      char text[32];
      std::snprintf(text, sizeof text, "%.9f", hash::entropy(data));
      return std::string(text);
    });
    std::vector<std::string> keys = inputs::keys(random, random.below(300), 1 + random.below(200));
    if (random.below(8) == 0) keys.emplace_back();
    show(at + "count_distinct", [&] {
      std::string text;
      for (const auto& [key, count] : hash::count_distinct(keys)) text += key + "=" + std::to_string(count) + ";";
      return text;
    });
    std::string text = inputs::letters(random, random.below(3000), 1 + random.below(3));
    std::string pattern = inputs::letters(random, random.below(6), 2);
    show(at + "find_all", [&] {
      std::string places;
      for (std::size_t place : hash::find_all(text, pattern)) places += std::to_string(place) + ",";
      return places;
    });
  }
}
