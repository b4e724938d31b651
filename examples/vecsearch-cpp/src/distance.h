#pragma once
#include <vector>

namespace vecsearch {

enum class Metric { l2, cosine };

/** Euclidean distance of two vectors of one length. */
float l2_distance(const std::vector<float>& a, const std::vector<float>& b);

/** One minus the cosine of the angle between two vectors of one length; 1 where one of them is zero. */
float cosine_distance(const std::vector<float>& a, const std::vector<float>& b);

float distance(Metric metric, const std::vector<float>& a, const std::vector<float>& b);

}  // namespace vecsearch
