// Similarity of each pair of a set of long strings, where only those above 90 matter.
#include <cstdio>
#include <string>
#include <vector>
#include <rapidfuzz/distance.hpp>
#include <rapidfuzz/fuzz.hpp>

int main() {
  unsigned state = 7;
  auto random = [&](unsigned below) { state = state * 1664525u + 1013904223u; return (state >> 8) % below; };
  std::vector<std::string> texts;
  for (int i = 0; i < 50; i++) {
    std::string text;
    for (int k = 0; k < 1500; k++) text += static_cast<char>('a' + random(26));
    texts.push_back(text);
  }
  for (int i = 0; i < 50; i++) {
    std::string text = texts[i];
    for (int k = 0; k < 40; k++) text[random(1500)] = static_cast<char>('a' + random(26));
    texts.push_back(text);
  }
  double sum = 0;
  for (size_t i = 0; i < texts.size(); i++)
    for (size_t j = 0; j < i; j++) sum += rapidfuzz::fuzz::ratio(texts[i], texts[j], 90.0);
  std::printf("%.6f\n", sum);
}
