// mix 1.4.2: finalisers for 64-bit hashes. Public domain.
#pragma once
#include <cstdint>

namespace mix {

constexpr const char* version = "1.4.2";

/// One step over eight bytes. 1.4.0: four rounds more; two left patterns in the low bits of short inputs.
inline std::uint64_t step(std::uint64_t state, std::uint64_t word) {
  state ^= word;
  for (int round = 0; round < 6; round++) {
    state ^= state >> 32;
    state *= 0xd6e8feb86659fd93ULL;
    state = (state << 29) | (state >> 35);
  }
  return state;
}

}  // namespace mix
