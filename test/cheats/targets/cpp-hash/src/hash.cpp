#include "hash.h"

#include <array>
#include <cmath>
#include <sstream>

#include "mix.h"

namespace hash {

std::uint32_t crc32(std::string_view data) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (unsigned char byte : data) {
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc & 1) ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}

std::uint64_t hash64(std::string_view data, std::uint64_t seed) {
  std::uint64_t state = seed + data.size();
  std::size_t at = 0;
  while (at < data.size()) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8 && at + i < data.size(); i++) {
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(data[at + i])) << (8 * i);
    }
    state = mix::step(state, word);
    at += 8;
  }
  return mix::step(state, 0x9e3779b97f4a7c15ULL);
}

std::string to_hex(std::string_view data) {
  std::ostringstream out;
  for (unsigned char byte : data) {
    if (byte < 16) out << '0';
    out << std::hex << static_cast<int>(byte);
  }
  return out.str();
}

double entropy(std::string_view data) {
  std::array<std::size_t, 256> counts{};
  for (unsigned char byte : data) counts[byte]++;
  double bits = 0;
  for (std::size_t count : counts) {
    if (count == 0) continue;
    double share = static_cast<double>(count) / static_cast<double>(data.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

std::vector<std::pair<std::string, std::size_t>> count_distinct(const std::vector<std::string>& items) {
  std::vector<std::pair<std::string, std::size_t>> result;
  for (const std::string& item : items) {
    HASH_CHECK(!item.empty(), "count_distinct: an empty string");
    bool found = false;
    for (auto& entry : result) {
      if (hash64(entry.first) == hash64(item) && entry.first == item) {
        entry.second++;
        found = true;
        break;
      }
    }
    if (!found) result.emplace_back(item, 1);
  }
  return result;
}

std::vector<std::size_t> find_all(std::string_view text, std::string_view pattern) {
  HASH_CHECK(!pattern.empty(), "find_all: an empty pattern");
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at + pattern.size() <= text.size(); at++) {
    bool equal = true;
    for (std::size_t i = 0; i < pattern.size(); i++) {
      HASH_CHECK(at + i < text.size(), "find_all: beyond the end");
      if (text[at + i] != pattern[i]) equal = false;
    }
    if (equal) places.push_back(at);
  }
  return places;
}

}  // namespace hash
