import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';

/** Each open workflow has all modules of the bundle to itself: zod and re2js, which no workflow needs, took half a megabyte of each. */
test('the bundle of the workflows holds no packages but small ones', () => {
  const bundle = readFileSync(join(packageRoot, 'dist', 'workflow-bundle.js'), 'utf8');
  const packages = new Set([...bundle.matchAll(/^\/\*\*\*\/ "[^"]*node_modules\/((?:@[^/"]+\/)?[^/"]+)\//gm)].map(([, name]) => name));
  expect(packages).toEqual(new Set(['@temporalio/common', '@temporalio/workflow', 'fastest-levenshtein', 'long', 'ms', 'nexus-rpc']));
});
