import type { AnalysisCase } from './case.js';

const listSearch: AnalysisCase = {
  name: 'a list that is searched for every element',
  program: {
    'bench.js': `const { unique } = require('./lib/unique.js');
const ids = Array.from({ length: 12000 }, (_, i) => (i * 7919) % 99991);
let total = 0;
for (let round = 0; round < 4; round += 1) total += unique(ids).length;
console.log(total);
`,
    'lib/unique.js': `exports.sum = (ids) => ids.reduce((sum, id) => sum + id, 0);

function unique(ids) {
  const seen = [];
  for (const id of ids) {
    if (!seen.includes(id)) seen.push(id);
  }
  return seen;
}

exports.unique = unique;
`,
  },
  profile: { command: 'node bench.js', kind: 'v8' },
  truth: { category: 'H1', file: 'lib/unique.js', function: 'unique', on: 'function unique(ids) {' },
};

const parsing: AnalysisCase = {
  name: 'a configuration that is parsed for every request',
  program: {
    'bench.js': `const { handle } = require('./server.js');
let total = 0;
for (let i = 0; i < 1200; i += 1) total += handle('r' + (i % 50));
console.log(total);
`,
    'server.js': `const text = JSON.stringify(Object.fromEntries(Array.from({ length: 1500 }, (_, i) => ['r' + i, { limit: i, tags: ['a', 'b'] }])));

function handle(route) {
  const config = JSON.parse(text);
  return config[route].limit;
}

module.exports = { handle };
`,
  },
  profile: { command: 'node bench.js', kind: 'v8' },
  truth: { category: 'H3', file: 'server.js', function: 'handle', on: 'function handle(route) {' },
};

/** Programs of Node, profiled by V8. */
export const nodeCases: readonly AnalysisCase[] = [listSearch, parsing];
