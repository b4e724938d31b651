import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../src/core/config/parse.js';
import { surveyRepository } from '../../src/workspace/survey/survey.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfloop-survey-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function survey(files: Record<string, string>, benchmark: string) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const config = parseConfig(`[commands]\nbenchmark = ${JSON.stringify(benchmark)}\n`, 'perfloop.toml');
  return (await surveyRepository({ worktree: folder, files: Object.keys(files), config, benchmark: { wallMs: 5, metrics: {} }, testMs: 7 })).survey;
}

it('follows the imports of the benchmark through a Node repository', async () => {
  const found = await survey(
    {
      'package.json': JSON.stringify({ main: 'lib/index.js', scripts: { test: 'node --test' }, bin: { tool: 'bin/tool.js' } }),
      'bench/run.js': "const { a } = require('../lib/index.js');\nimport('lodash');",
      'lib/index.js': "export * from './a';\nimport b from './b.js';\nimport chalk from '@scope/chalk/deep';",
      'lib/a.ts': "import b from './b.js';",
      'lib/b.js': 'export default 1;',
      'lib/unused.js': "require('./b');",
    },
    'node bench/run.js --fast',
  );
  expect(found.reached).toEqual([{ file: 'lib/b.js', importers: 2 }, { file: 'lib/a.ts', importers: 1 }, { file: 'lib/index.js', importers: 1 }]);
  expect(found.dependencies.map(({ name }) => name)).toEqual(['@scope/chalk', 'lodash']);
  expect(found.entries).toContainEqual({ name: 'tool', command: 'node bin/tool.js', file: 'bin/tool.js' });
  expect(found.configurations).toEqual(['package.json']);
  expect(found.tests).toEqual({ ran: true, wallMs: 7 });
});

it('follows absolute and relative imports of a Python package', async () => {
  const found = await survey(
    {
      'bench.py': 'from pkg.core import run\nimport json\n',
      'pkg/__init__.py': '',
      'pkg/core.py': 'from .helpers import x\nfrom . import __init__\nimport numpy as np\n',
      'pkg/helpers.py': '',
    },
    'python3 bench.py',
  );
  expect(found.reached.map(({ file }) => file)).toEqual(expect.arrayContaining(['pkg/core.py', 'pkg/helpers.py']));
  expect(found.dependencies.map(({ name }) => name)).toEqual(expect.arrayContaining(['numpy', 'json']));
  expect(found.languages[0]).toMatchObject({ language: 'python', files: 4 });
});
