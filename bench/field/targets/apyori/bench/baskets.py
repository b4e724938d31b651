"""Mines association rules from shopping baskets."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from apyori import apriori

random.seed(17)
goods = ['item%02d' % number for number in range(26)]
bundles = [random.sample(goods, 4) for _ in range(8)]
baskets = []
for _ in range(900):
    basket = set(random.choice(bundles)) if random.random() < 0.7 else set()
    baskets.append(list(basket | set(random.sample(goods, 3))))

rules = list(apriori(baskets, min_support=0.012, min_confidence=0.3))
print(len(rules))
if sys.argv[1:] == ['check']:
    for rule in rules:
        print(sorted(rule.items), repr(rule.support), [(sorted(one.items_base), sorted(one.items_add), one.confidence, one.lift) for one in rule.ordered_statistics])
