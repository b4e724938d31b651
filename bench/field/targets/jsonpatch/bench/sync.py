"""Keeps two copies of a document in step: a diff on one side, a patch of a copy on the other."""
import copy
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import jsonpatch

random.seed(29)


def row(number):
    return {'id': number, 'name': 'customer %d' % random.randrange(1000), 'tags': ['a', 'b', 't%d' % random.randrange(30)], 'address': {'city': 'city %d' % random.randrange(80), 'lines': ['street %d' % random.randrange(99), ''], 'geo': {'lat': random.randrange(9000) / 100, 'lon': None}}}


theirs = {'version': 0, 'rows': {'r%d' % number: row(number) for number in range(160)}}
operations = 0
for version in range(1, 50):
    ours = json.loads(json.dumps(theirs))
    ours['version'] = version
    for change in range(10):
        key = 'r%d' % random.randrange(160)
        if change % 3 == 0:
            ours['rows'].pop(key, None)
        elif change % 3 == 1:
            ours['rows'][key] = row(random.randrange(1000))
        elif key in ours['rows']:
            ours['rows'][key]['address']['lines'].insert(0, 'floor %d' % random.randrange(9))
    patch = jsonpatch.make_patch(theirs, ours)
    operations += len(patch.patch)
    theirs = patch.apply(theirs)
    assert theirs == ours
print(operations)
if sys.argv[1:] == ['check']:
    print(json.dumps(theirs, sort_keys=True))
