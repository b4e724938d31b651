"""Finds the names of customers that may be the same: edit distances of all pairs of two lists."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import textdistance

random.seed(29)
syllables = ['an', 'ber', 'cor', 'da', 'el', 'fa', 'gu', 'ha', 'is', 'jo', 'ka', 'lin', 'mar', 'no', 'ra', 'son', 'ti', 'vo']


def name():
    return ''.join(random.choices(syllables, k=random.randint(2, 4))).title()


ours, theirs = [name() for _ in range(70)], [name() for _ in range(70)]
levenshtein = textdistance.Levenshtein(external=False)
damerau = textdistance.DamerauLevenshtein(external=False)
distances = [(a, b, levenshtein(a, b), damerau(a, b) if a[0] == b[0] else None) for a in ours for b in theirs]
print(len(distances))
if sys.argv[1:] == ['check']:
    for row in distances:
        print(*row)
