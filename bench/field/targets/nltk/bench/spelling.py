"""Suggests words for misspelled ones: the nearest of a vocabulary by edit distance."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from nltk.metrics.distance import edit_distance

random.seed(41)
syllables = ['an', 'ber', 'con', 'der', 'el', 'for', 'gra', 'hol', 'in', 'ka', 'lo', 'men', 'nor', 'pre', 'ri', 'sta', 'ter', 'vo']
vocabulary = sorted({''.join(random.choices(syllables, k=random.randint(2, 4))) for _ in range(160)})


def misspell(word):
    at = random.randrange(len(word))
    return random.choice([word[:at] + word[at + 1:], word[:at] + random.choice('aeiou') + word[at:], word[:at] + word[at:][::-1]])


misspelled = [misspell(random.choice(vocabulary)) for _ in range(25)]
suggestions = [min(vocabulary, key=lambda known: edit_distance(word, known, transpositions=True)) for word in misspelled]
print(len(suggestions))
if sys.argv[1:] == ['check']:
    for word, suggestion in zip(misspelled, suggestions):
        print(word, suggestion, edit_distance(word, suggestion), edit_distance(word, suggestion, substitution_cost=2))
