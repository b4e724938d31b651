import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/fixtures/**'],
    globalSetup: ['test/global-setup.ts'],
    // Generous: tests await conditions, and machines are shared.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // On a shared machine a process can be starved past any deadline; a retried test is named in the output.
    retry: process.env['CI'] === undefined ? 0 : 1,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', 'json'],
    outputFile: { json: '.tmp/results.json' },
  },
});
