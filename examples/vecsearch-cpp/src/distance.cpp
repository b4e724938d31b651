#include "distance.h"

#include <cmath>

namespace vecsearch {

static float dot(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

float l2_distance(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    float difference = a[i] - b[i];
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

float cosine_distance(const std::vector<float>& a, const std::vector<float>& b) {
  float lengths = std::sqrt(dot(a, a)) * std::sqrt(dot(b, b));
  return lengths == 0 ? 1 : 1 - dot(a, b) / lengths;
}

float distance(Metric metric, const std::vector<float>& a, const std::vector<float>& b) {
  return metric == Metric::l2 ? l2_distance(a, b) : cosine_distance(a, b);
}

}  // namespace vecsearch
