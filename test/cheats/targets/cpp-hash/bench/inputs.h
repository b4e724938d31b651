// Deterministic inputs: the same seed gives the same bytes on every machine.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace inputs {

/// The seed of this run: any string, by default a constant.
inline std::string seed() {
  const char* given = std::getenv("PERFLOOP_SEED");
  return given ? given : "cpp-hash";
}

/// splitmix64 over an FNV-1a hash of the seed.
class Random {
 public:
  explicit Random(const std::string& seed) {
    state_ = 14695981039346656037ULL;
    for (unsigned char byte : seed) state_ = (state_ ^ byte) * 1099511628211ULL;
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

/// Bytes of which small ones are more frequent; one in 500 strings is all zeroes.
inline std::string bytes(Random& random, std::size_t length) {
  std::string result(length, '\0');
  if (random.below(500) == 0) return result;
  for (char& byte : result) byte = static_cast<char>(random.below(1 + random.below(256)));
  return result;
}

/// Lower-case letters of a small alphabet, so that patterns recur.
inline std::string letters(Random& random, std::size_t length, std::uint64_t alphabet) {
  std::string result(length, 'a');
  for (char& letter : result) letter = static_cast<char>('a' + random.below(alphabet));
  return result;
}

/// Keys like file names, with repeats.
inline std::vector<std::string> keys(Random& random, std::size_t count, std::size_t distinct) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; i++) {
    std::uint64_t id = random.below(distinct) + 1;
    result.push_back("user/" + std::to_string(id % 97) + "/session-" + std::to_string(id * 7919));
  }
  return result;
}

}  // namespace inputs
