#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "distance.h"

namespace vecsearch {

struct Item {
  std::string id;
  std::vector<float> values;
};

struct Hit {
  std::string id;
  float distance;
};

/**
 * An inverted file: every vector is in the list of the centroid that it is nearest to, and a search looks at the lists whose
 * centroids are nearest to the query. More probes find more and take longer; with as many as there are lists the answer is exact.
 */
class IvfIndex {
 public:
  /** `seed` draws the first centroids. */
  IvfIndex(Metric metric, size_t lists, unsigned seed);

  /** Learns the centroids from at least as many vectors as there are lists. To be called once, before the first `add`. */
  void train(const std::vector<std::vector<float>>& sample);

  /** An id is added once. */
  void add(const std::string& id, std::vector<float> values);

  /** From now on no search finds it. Says whether it was there. */
  bool remove(const std::string& id);

  size_t size() const;

  /** The `k` nearest of what the probed lists hold, the nearest first; of equal distances the smaller id first. */
  std::vector<Hit> search(const std::vector<float>& query, size_t k, size_t probes) const;

 private:
  std::vector<size_t> lists_to_probe(std::vector<float> query, size_t probes) const;

  Metric metric_;
  size_t list_count_;
  unsigned seed_;
  std::vector<std::vector<float>> centroids_;
  std::map<size_t, std::vector<Item>> lists_;
  std::set<std::string> ids_;
  std::set<std::string> removed_;
};

}  // namespace vecsearch
