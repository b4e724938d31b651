#include "generate.h"

#include <random>
#include <string>

namespace vecsearch {

static const size_t clusters = 200;
static const float spread = 1.0f;

Data generate(size_t items, size_t queries, size_t dimensions, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> centres;
  for (size_t i = 0; i < clusters; ++i) {
    std::vector<float> centre;
    for (size_t d = 0; d < dimensions; ++d) centre.push_back(normal(random));
    centres.push_back(centre);
  }
  auto near_a_centre = [&] {
    std::vector<float> values = centres[random() % clusters];
    for (float& value : values) value += spread * normal(random);
    return values;
  };
  Data data;
  for (size_t i = 0; i < items; ++i) data.items.push_back(Item{"item-" + std::to_string(i), near_a_centre()});
  for (size_t i = 0; i < queries; ++i) data.queries.push_back(near_a_centre());
  return data;
}

}  // namespace vecsearch
