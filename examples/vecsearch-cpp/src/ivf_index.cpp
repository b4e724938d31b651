#include "ivf_index.h"

#include <algorithm>
#include <queue>
#include <stdexcept>

#include "kmeans.h"

namespace vecsearch {

static bool is_nearer(const Hit& a, const Hit& b) {
  return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
}

IvfIndex::IvfIndex(Metric metric, size_t lists, unsigned seed) : metric_(metric), list_count_(lists), seed_(seed) {}

void IvfIndex::train(const std::vector<std::vector<float>>& sample) {
  if (sample.size() < list_count_) throw std::invalid_argument("fewer vectors to learn from than lists");
  centroids_ = kmeans(sample, list_count_, 8, seed_);
}

void IvfIndex::add(const std::string& id, std::vector<float> values) {
  if (centroids_.empty()) throw std::logic_error("the index has not been trained");
  if (ids_.count(id) > 0) throw std::invalid_argument("there is an item " + id);
  ids_.insert(id);
  lists_[nearest_centroid(centroids_, values)].push_back(Item{id, values});
}

bool IvfIndex::remove(const std::string& id) {
  if (ids_.count(id) == 0 || removed_.count(id) > 0) return false;
  removed_.insert(id);
  return true;
}

size_t IvfIndex::size() const {
  return ids_.size() - removed_.size();
}

std::vector<size_t> IvfIndex::lists_to_probe(std::vector<float> query, size_t probes) const {
  std::vector<std::pair<float, size_t>> by_distance;
  for (size_t i = 0; i < centroids_.size(); ++i) {
    by_distance.push_back(std::make_pair(l2_distance(query, centroids_[i]), i));
  }
  std::sort(by_distance.begin(), by_distance.end());
  std::vector<size_t> nearest;
  for (auto entry : by_distance) {
    if (nearest.size() < probes) nearest.push_back(entry.second);
  }
  return nearest;
}

std::vector<Hit> IvfIndex::search(const std::vector<float>& query, size_t k, size_t probes) const {
  std::priority_queue<Hit, std::vector<Hit>, decltype(&is_nearer)> nearest(&is_nearer);
  for (size_t list : lists_to_probe(query, probes)) {
    if (lists_.count(list) == 0) continue;
    for (auto item : lists_.at(list)) {
      if (removed_.count(item.id) > 0) continue;
      nearest.push(Hit{item.id, distance(metric_, query, item.values)});
      if (nearest.size() > k) nearest.pop();
    }
  }
  std::vector<Hit> hits;
  while (!nearest.empty()) {
    hits.insert(hits.begin(), nearest.top());
    nearest.pop();
  }
  return hits;
}

}  // namespace vecsearch
