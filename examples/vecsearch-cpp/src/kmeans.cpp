#include "kmeans.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "distance.h"

namespace vecsearch {

size_t nearest_centroid(const std::vector<std::vector<float>>& centroids, std::vector<float> point) {
  size_t nearest = 0;
  for (size_t i = 1; i < centroids.size(); ++i) {
    if (l2_distance(centroids[i], point) < l2_distance(centroids[nearest], point)) nearest = i;
  }
  return nearest;
}

static std::vector<float> mean_of(const std::vector<std::vector<float>>& points) {
  std::vector<float> mean(points.front().size());
  for (auto point : points) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += point[i];
  }
  for (float& value : mean) value /= points.size();
  return mean;
}

std::vector<std::vector<float>> kmeans(const std::vector<std::vector<float>>& points, size_t k, size_t iterations, unsigned seed) {
  std::vector<size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  std::vector<std::vector<float>> centroids;
  for (size_t i = 0; i < k; ++i) centroids.push_back(points[order[i]]);

  for (size_t iteration = 0; iteration < iterations; ++iteration) {
    std::map<size_t, std::vector<std::vector<float>>> members;
    for (auto point : points) members[nearest_centroid(centroids, point)].push_back(point);
    for (auto [centroid, group] : members) centroids[centroid] = mean_of(group);
  }
  return centroids;
}

}  // namespace vecsearch
