"""Takes empty values out of the nested answers of a web service and makes their keys lower case: the example of the package's documentation, larger."""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from boltons.iterutils import remap

random.seed(11)


def answer(number):
    owner = {'Login': 'user%d' % random.randrange(50), 'Email': random.choice([None, 'mail@example.org']), 'Roles': random.sample(['read', 'write', 'admin', 'audit'], 2)}
    reviews = [{'State': random.choice(['APPROVED', 'CHANGES', '']), 'Lines': [random.randrange(400) for _ in range(3)], 'Note': random.choice([None, '', 'fine'])} for _ in range(random.randint(0, 4))]
    return {'Id': number, 'Title': random.choice(['Fix', 'Add', '']), 'Owner': owner, 'Reviews': reviews, 'Size': (random.randrange(900), random.randrange(900)), 'Parent': None}


def visit(path, key, value):
    if value is None or value == '':
        return False
    return (key.lower() if isinstance(key, str) else key), value


answers = [answer(number) for number in range(2500)]
cleaned = remap(answers, visit=visit)
print(len(cleaned))
if sys.argv[1:] == ['check']:
    for one in cleaned:
        print(json.dumps(one))
