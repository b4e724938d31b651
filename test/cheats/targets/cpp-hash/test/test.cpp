// Prints one line for each failed expectation; exits 1 when there was one.
#include <cmath>
#include <cstdio>

#include "hash.h"

static int failures = 0;
static int expectations = 0;

#define EXPECT(condition)                                            \
  do {                                                               \
    expectations++;                                                  \
    if (!(condition)) {                                              \
      failures++;                                                    \
      std::printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
    }                                                                \
  } while (false)

static void checksums() {
  EXPECT(hash::crc32("") == 0);
  EXPECT(hash::crc32("123456789") == 0xCBF43926u);
  EXPECT(hash::crc32("The quick brown fox jumps over the lazy dog") == 0x414FA339u);
  EXPECT(hash::crc32(std::string(5000, 'x')) != hash::crc32(std::string(5001, 'x')));
}

static void hashes() {
  EXPECT(hash::hash64("abc") == hash::hash64("abc"));
  EXPECT(hash::hash64("abc") != hash::hash64("abd"));
  EXPECT(hash::hash64("abc", 1) != hash::hash64("abc", 2));
  EXPECT(hash::hash64("") != hash::hash64(std::string_view("\0", 1)));
}

static void digits() {
  EXPECT(hash::to_hex("") == "");
  EXPECT(hash::to_hex(std::string_view("\x00\x0f\xff", 3)) == "000fff");
  EXPECT(hash::to_hex("az") == "617a");
}

static void entropies() {
  EXPECT(hash::entropy("") == 0);
  EXPECT(std::fabs(hash::entropy("aabb") - 1) < 1e-12);
  std::string all;
  for (int i = 0; i < 256; i++) all += static_cast<char>(i);
  EXPECT(std::fabs(hash::entropy(all) - 8) < 1e-12);
}

static void counts() {
  auto result = hash::count_distinct({"b", "a", "b", "c", "a", "b"});
  EXPECT(result.size() == 3);
  EXPECT(result[0].first == "b" && result[0].second == 3);
  EXPECT(result[1].first == "a" && result[1].second == 2);
  EXPECT(hash::count_distinct({}).empty());
}

static void searches() {
  EXPECT((hash::find_all("abcabcab", "abc") == std::vector<std::size_t>{0, 3}));
  EXPECT((hash::find_all("aaaa", "aa") == std::vector<std::size_t>{0, 1, 2}));
  EXPECT(hash::find_all("ab", "abc").empty());
  EXPECT(hash::find_all("", "a").empty());
}

int main() {
  checksums();
  hashes();
  digits();
  entropies();
  counts();
  searches();
  std::printf("%d expectations, %d failed\n", expectations, failures);
  return failures == 0 ? 0 : 1;
}
