#include "exact.h"

#include <algorithm>

namespace vecsearch {

std::vector<std::string> exact_search(const std::vector<Item>& items, Metric metric, const std::vector<float>& query, size_t k) {
  std::vector<std::pair<float, std::string>> by_distance;
  for (const Item& item : items) {
    by_distance.push_back(std::make_pair(distance(metric, query, item.values), item.id));
  }
  std::sort(by_distance.begin(), by_distance.end());
  std::vector<std::string> ids;
  for (size_t i = 0; i < std::min(k, by_distance.size()); ++i) ids.push_back(by_distance[i].second);
  return ids;
}

double recall(const std::vector<std::string>& ids, const std::vector<Hit>& hits) {
  if (ids.empty()) return 1;
  size_t found = 0;
  for (auto id : ids) {
    for (auto hit : hits) {
      if (hit.id == id) ++found;
    }
  }
  return static_cast<double>(found) / ids.size();
}

}  // namespace vecsearch
