// Runs the shipped QUnit tests, which were written for a browser, under Node.
const assert = require('node:assert');
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const vm = require('node:vm');

const root = join(__dirname, '..');
const tests = [];
let group = {};
let failures = [];
const check = (run) => {
  try {
    run();
  } catch (error) {
    failures.push(error);
  }
};

const context = vm.createContext({
  console,
  setTimeout,
  module: (name, { setup = () => {}, teardown = () => {} } = {}) => (group = { name, setup, teardown }),
  test: (title, body) => tests.push({ title: `${group.name}: ${title}`, body, group }),
  ok: (value, text) => check(() => assert.ok(value, text)),
  equal: (actual, expected, text) => check(() => assert.equal(actual, expected, text)),
  notEqual: (actual, expected, text) => check(() => assert.notEqual(actual, expected, text)),
  strictEqual: (actual, expected, text) => check(() => assert.strictEqual(actual, expected, text)),
  deepEqual: (actual, expected, text) => check(() => assert.deepEqual(actual, expected, text)),
  throws: (body, text) => check(() => assert.throws(body, text)),
  raises: (body, text) => check(() => assert.throws(body, text)),
  stop() {},
  start() {},
});
context.window = context;
const load = (file) => vm.runInContext(readFileSync(join(root, file), 'utf8'), context, { filename: file });
// The tests were written for the file before its version is filled in.
vm.runInContext(readFileSync(join(root, 'elasticlunr.js'), 'utf8').replace('elasticlunr.version = "0.9.5"', 'elasticlunr.version = "@VERSION"'), context, { filename: 'elasticlunr.js' });
load('test/env/augment.min.js');
load('test/fixtures/stemming_vocab.json');
context.$ = { noop() {} };
for (const file of readdirSync(__dirname).filter((name) => name.endsWith('_test.js'))) load(`test/${file}`);

for (const { title, body, group: { setup, teardown } } of tests) {
  test(title, () => {
    failures = [];
    const scope = {};
    setup.call(scope);
    try {
      body.call(scope);
    } finally {
      teardown.call(scope);
    }
    if (failures.length > 0) throw failures[0];
  });
}
