"""Scores generated summaries against references, as an evaluation of a summariser does."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from rouge import Rouge

random.seed(7)
words = ['the', 'a', 'of', 'to', 'and', 'in'] * 8 + ['w%d' % number for number in range(220)]


def sentence():
    return ' '.join(random.choices(words, k=random.randint(8, 18))) + '.'


references = [' '.join(sentence() for _ in range(random.randint(2, 4))) for _ in range(240)]
summaries = [' '.join(part for part in reference.split() if random.random() < 0.7) + '.' for reference in references]
scores = Rouge().get_scores(summaries, references)
print(len(scores))
if sys.argv[1:] == ['check']:
    for score in scores:
        print({name: {key: repr(value) for key, value in one.items()} for name, one in score.items()})
