"""Stems the words of texts in two languages, as an indexer does."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, 'src'))
import snowballstemmer

random.seed(7)
parts = {
    'english': (['nation', 'relat', 'condit', 'hope', 'operat', 'activ', 'happi', 'commun', 'control', 'electric', 'adjust', 'depend', 'plot', 'gener', 'radic'], ['', 's', 'ed', 'ing', 'ly', 'ness', 'al', 'ation', 'ational', 'ement', 'fulness', 'ivity']),
    'german': (['schreib', 'freund', 'haus', 'lehr', 'arbeit', 'kind', 'wander', 'rechn', 'führ', 'spiel', 'bild', 'stell'], ['', 'e', 'en', 'er', 'ern', 'ung', 'ungen', 'lich', 'lichkeit', 'heit', 'keiten', 'isch']),
}
stems = {}
for language, (roots, endings) in parts.items():
    words = [random.choice(roots) + random.choice(endings) for _ in range(3500)]
    stems[language] = snowballstemmer.stemmer(language).stemWords(words)
print(sum(len(found) for found in stems.values()))
if sys.argv[1:] == ['check']:
    for language, found in stems.items():
        print(language, *found)
