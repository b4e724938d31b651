#pragma once
#include <cstddef>
#include <vector>

#include "ivf_index.h"

namespace vecsearch {

/** Items and queries from the same clusters, as embeddings of texts have them. */
struct Data {
  std::vector<Item> items;
  std::vector<std::vector<float>> queries;
};

/** The same for the same numbers on one machine; the standard leaves the normal distribution to the library. */
Data generate(size_t items, size_t queries, size_t dimensions, unsigned seed);

}  // namespace vecsearch
