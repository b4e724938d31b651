#pragma once
#include <cstddef>
#include <vector>

namespace vecsearch {

/** The index of the centroid that is nearest to the point, by Euclidean distance. */
size_t nearest_centroid(const std::vector<std::vector<float>>& centroids, std::vector<float> point);

/**
 * Lloyd's algorithm: `k` centroids of the points, which are at least `k`. The seed draws the first ones. A centroid that no point is
 * nearest to stays where it was.
 */
std::vector<std::vector<float>> kmeans(const std::vector<std::vector<float>>& points, size_t k, size_t iterations, unsigned seed);

}  // namespace vecsearch
