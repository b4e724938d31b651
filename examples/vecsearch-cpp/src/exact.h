#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "ivf_index.h"

namespace vecsearch {

/** The ids of the `k` items that are nearest to the query, by looking at every one: what an index is compared with. */
std::vector<std::string> exact_search(const std::vector<Item>& items, Metric metric, const std::vector<float>& query, size_t k);

/** The share of the ids that are among the hits, from 0 to 1; 1 where there are no ids. */
double recall(const std::vector<std::string>& ids, const std::vector<Hit>& hits);

}  // namespace vecsearch
