/**
 * Answers of an index on data that $PERFLOOP_SEED draws. Every list is probed, so that they are the exact ones however the lists came
 * about. Of each query the ids in the order of the alphabet, beside the distances in theirs: two hits whose distances differ by a rounding
 * may change places.
 */
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "generate.h"
#include "ivf_index.h"

using namespace vecsearch;

static void answer(Metric metric, const Data& data, unsigned seed) {
  const size_t lists = 16;
  IvfIndex index(metric, lists, seed);
  std::vector<std::vector<float>> sample;
  for (auto item : data.items) sample.push_back(item.values);
  index.train(sample);
  for (auto item : data.items) index.add(item.id, item.values);
  for (size_t i = 0; i < data.items.size(); i += 7) index.remove(data.items[i].id);
  for (size_t q = 0; q < data.queries.size(); ++q) {
    auto hits = index.search(data.queries[q], 10, lists);
    std::vector<std::string> ids;
    for (const Hit& hit : hits) ids.push_back(hit.id);
    std::sort(ids.begin(), ids.end());
    for (size_t rank = 0; rank < hits.size(); ++rank) {
      std::cout << q << " " << ids[rank] << " " << hits[rank].distance << std::endl;
    }
  }
}

int main() {
  const char* given = std::getenv("PERFLOOP_SEED");
  unsigned seed = given == nullptr ? 1 : static_cast<unsigned>(std::hash<std::string>{}(given));
  Data data = generate(2000, 50, 48, seed);
  answer(Metric::l2, data, seed);
  answer(Metric::cosine, data, seed);
}
