"""Derives table names, URL parts and labels from the names of models, as a web framework does."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import inflection

parts = ['Customer', 'HTTPServer', 'Person', 'Order', 'Category', 'Mouse', 'LineItem', 'Index', 'News', 'Wolf', 'Octopus', 'CSVFile', 'Status']
names = [first + second for first in parts for second in parts]
lines = []
for name in names * 6:
    snake = inflection.underscore(name)
    lines.append(' '.join([
        inflection.tableize(name), inflection.dasherize(snake), inflection.humanize(snake), inflection.titleize(name), inflection.camelize(snake, False),
        inflection.parameterize('Ein %s für Ärzte' % name), inflection.singularize(inflection.pluralize(snake)), inflection.ordinalize(len(lines)),
    ]))
print(len(lines))
if sys.argv[1:] == ['check']:
    print('\n'.join(lines))
