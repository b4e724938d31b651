"""Validates a batch of orders, some of them wrong, against a schema with enumerations and unique items."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from jsonschema import Draft202012Validator

schema = {
    'type': 'object',
    'required': ['id', 'currency', 'lines'],
    'properties': {
        'id': {'type': 'integer', 'minimum': 1},
        'currency': {'enum': ['EUR', 'USD', 'GBP', 'JPY', 'CHF', 'SEK']},
        'size': {'enum': [[20, 20], [20, 40], [40, 40], [40, 60], [60, 60]]},
        'address': {'type': 'object', 'properties': {'street': {'type': 'string'}, 'zip': {'type': 'string', 'pattern': '^[0-9]{5}$'}}},
        'lines': {'type': 'array', 'minItems': 1, 'uniqueItems': True, 'items': {'type': 'object', 'properties': {'sku': {'type': 'string'}, 'count': {'type': 'integer', 'maximum': 50}}}},
    },
}
random.seed(3)


def order(number):
    lines = [{'sku': 'A-%d' % random.randrange(40), 'count': random.randint(1, 55)} for _ in range(random.randint(1, 9))]
    return {'id': number, 'currency': random.choice(['EUR', 'USD', 'SEK', 'XXX']), 'size': random.choice([[60, 60], [40, 60], [10, 10]]), 'address': {'street': 'Main', 'zip': random.choice(['12345', '1234'])}, 'lines': lines}


validator = Draft202012Validator(schema)
orders = [order(number) for number in range(700)]
errors = [[(list(error.absolute_path), error.validator, error.message) for error in validator.iter_errors(one)] for one in orders]
print(len(errors), sum(map(len, errors)))
if sys.argv[1:] == ['check']:
    for found in errors:
        print(found)
