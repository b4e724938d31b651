// Checksums, hashes and counts of byte strings.
#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Throws std::logic_error when an argument breaks the contract of a function.
#ifndef HASH_NO_CHECKS
#define HASH_CHECK(condition, message) \
  do {                                 \
    if (!(condition)) throw std::logic_error(message); \
  } while (false)
#else
#define HASH_CHECK(condition, message) (void)0
#endif

namespace hash {

/// CRC-32 (polynomial 0xEDB88320, as in zlib).
std::uint32_t crc32(std::string_view data);

/// A 64-bit hash with a seed, for tables; not for security.
std::uint64_t hash64(std::string_view data, std::uint64_t seed = 0);

/// Lower-case hexadecimal digits.
std::string to_hex(std::string_view data);

/// Shannon entropy of the bytes, in bits per byte, 0 for an empty string. Strings of zero bytes only have entropy 0.
double entropy(std::string_view data);

/// The distinct strings in order of first appearance, each with how often it occurs. std::logic_error for an empty string.
std::vector<std::pair<std::string, std::size_t>> count_distinct(const std::vector<std::string>& items);

/// Every place where `pattern` begins in `text`, overlapping ones too. std::logic_error for an empty pattern.
std::vector<std::size_t> find_all(std::string_view text, std::string_view pattern);

}  // namespace hash
