/** How long it takes to build an index, how many queries a second it answers, and how many of the ten nearest it finds. */
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "exact.h"
#include "generate.h"
#include "ivf_index.h"

using namespace vecsearch;

static const size_t items = 8000, queries = 1000, dimensions = 64, lists = 64, probes = 8, k = 10;
/** Recall is taken of so many queries, since each of them is answered by looking at every item. */
static const size_t recalled = 100;
static const unsigned seed = 20;

static double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int main() {
  Data data = generate(items, queries, dimensions, seed);

  auto start = std::chrono::steady_clock::now();
  IvfIndex index(Metric::cosine, lists, seed);
  std::vector<std::vector<float>> sample;
  for (size_t i = 0; i < data.items.size(); i += 4) sample.push_back(data.items[i].values);
  index.train(sample);
  for (auto item : data.items) index.add(item.id, item.values);
  std::cout << "Index build time: " << seconds_since(start) << "s" << std::endl;

  start = std::chrono::steady_clock::now();
  std::vector<std::vector<Hit>> answers;
  for (auto query : data.queries) answers.push_back(index.search(query, k, probes));
  std::cout << "QPS: " << queries / seconds_since(start) << std::endl;

  double sum = 0;
  for (size_t i = 0; i < recalled; ++i) sum += recall(exact_search(data.items, Metric::cosine, data.queries[i], k), answers[i]);
  std::cout << "Recall@10: " << sum / recalled << std::endl;
}
