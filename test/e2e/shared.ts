import { afterAll, beforeAll } from 'vitest';
import { setUpEngine, type TestEngine } from './engine.js';
import { createTarget, type Target } from './target.js';

/** An engine for all tests of a file: call at the top of the file, use inside of tests. */
export function sharedEngine(extra: NodeJS.ProcessEnv = {}): TestEngine {
  const { start, stop, ...shared } = setUpEngine(extra);
  beforeAll(async () => void Object.assign(shared, await start()));
  afterAll(stop, 90_000);
  // The rest is filled in by beforeAll.
  return shared as TestEngine;
}

/** Call at the top of a file or of a describe block; the target is removed afterwards. */
export function makeTarget(files: (outside: string) => Record<string, string>): Target {
  const target = createTarget(files);
  afterAll(() => target.remove());
  return target;
}
