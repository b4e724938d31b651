import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.js';

/** Tests that change nothing of their process: they share one, which reads perfloop's modules once. */
const plain = ['agents', 'core', 'inspect', 'models', 'profile', 'propose', 'report', 'scan', 'store', 'threads', 'tools', 'workspace'].map((folder) => `test/${folder}/**/*.test.ts`);

const shared = {
  exclude: ['**/node_modules/**', 'test/fixtures/**'],
  // Generous: tests await conditions, and machines are shared.
  testTimeout: 180_000,
  hookTimeout: 300_000,
  // On a shared machine a process can be starved past any deadline; a retried test is named in the output.
  retry: process.env['CI'] === undefined ? 0 : 1,
  pool: 'forks' as const,
};

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'process', include: ['test/**/*.test.ts'], exclude: [...shared.exclude, ...plain] } },
      { test: { ...shared, name: 'plain', include: plain, isolate: false } },
    ],
    globalSetup: ['test/global-setup.ts'],
    // Twice the two cores of CI: a file of runs keeps a third of a core busy, the rest of the time it waits for a sleep, a server or a disk.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', 'json'],
    outputFile: { json: '.tmp/results.json' },
  },
});
