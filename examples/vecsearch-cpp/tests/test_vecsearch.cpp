#include <cmath>
#include <stdexcept>

#include "exact.h"
#include "generate.h"
#include "ivf_index.h"
#include "kmeans.h"
#include "tap.h"

using namespace vecsearch;

static bool near(float a, float b) {
  return std::fabs(a - b) < 1e-5f;
}

template <class Error, class Action>
static bool throws(Action action) {
  try {
    action();
  } catch (const Error&) {
    return true;
  }
  return false;
}

static IvfIndex index_of(const Data& data, Metric metric, size_t lists) {
  IvfIndex index(metric, lists, 3);
  std::vector<std::vector<float>> sample;
  for (const Item& item : data.items) sample.push_back(item.values);
  index.train(sample);
  for (const Item& item : data.items) index.add(item.id, item.values);
  return index;
}

static bool is_exact(const IvfIndex& index, const Data& data, Metric metric, size_t lists) {
  for (const auto& query : data.queries) {
    auto hits = index.search(query, 10, lists);
    if (recall(exact_search(data.items, metric, query, 10), hits) < 1) return false;
    for (size_t i = 1; i < hits.size(); ++i) {
      if (hits[i].distance < hits[i - 1].distance) return false;
    }
  }
  return true;
}

static double mean_recall(const IvfIndex& index, const Data& data, Metric metric, size_t probes) {
  double sum = 0;
  for (const auto& query : data.queries) sum += recall(exact_search(data.items, metric, query, 10), index.search(query, 10, probes));
  return sum / data.queries.size();
}

int main() {
  Tap tap;
  tap.ok(near(l2_distance({0, 3}, {4, 0}), 5), "the Euclidean distance of a triangle");
  tap.ok(near(cosine_distance({1, 0}, {0, 2}), 1) && near(cosine_distance({1, 1}, {3, 3}), 0), "the cosine does not depend on lengths");
  tap.ok(near(cosine_distance({0, 0}, {1, 2}), 1), "a vector of zeros is like none");

  auto centroids = kmeans({{0, 0}, {0, 1}, {10, 10}, {10, 11}}, 2, 8, 1);
  size_t low = nearest_centroid(centroids, {0, 0});
  tap.ok(near(centroids[low][1], 0.5) && near(centroids[1 - low][1], 10.5), "k-means finds the middles of two groups");

  Data data = generate(1000, 40, 24, 5);
  for (Metric metric : {Metric::l2, Metric::cosine}) {
    std::string name = metric == Metric::l2 ? "l2" : "cosine";
    IvfIndex index = index_of(data, metric, 16);
    tap.ok(is_exact(index, data, metric, 16), name + ": with every list probed the answer is exact, the nearest first");
    tap.ok(mean_recall(index, data, metric, 4) > 0.5, name + ": a quarter of the lists finds more than half");
    tap.ok(mean_recall(index, data, metric, 1) <= mean_recall(index, data, metric, 4), name + ": more probes find no less");
  }

  IvfIndex index = index_of(data, Metric::l2, 16);
  const Item& item = data.items[7];
  auto found = index.search(item.values, 1, 1);
  tap.ok(found.size() == 1 && found[0].id == item.id && found[0].distance == 0, "an item is the nearest to itself");
  tap.ok(index.remove(item.id) && !index.remove(item.id) && !index.remove("nobody"), "an item is removed once");
  tap.ok(index.size() == 999 && index.search(item.values, 1, 16)[0].id != item.id, "what was removed is not found");
  tap.ok(index.search(item.values, 5000, 16).size() == 999, "no more hits than items");
  tap.ok(index.search(item.values, 0, 16).empty(), "no hits where none are asked for");
  tap.ok(throws<std::invalid_argument>([&] { index.add("item-8", item.values); }), "an id is added once");
  tap.ok(throws<std::logic_error>([] { IvfIndex(Metric::l2, 4, 1).add("a", {1}); }), "nothing is added before the training");
  tap.ok(throws<std::invalid_argument>([] { IvfIndex(Metric::l2, 4, 1).train({{1}}); }), "a training needs as many vectors as lists");
  return tap.finish();
}
