import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:postgres`: a part of the end-to-end tests on the server of docker-compose.yml, and what only that server can show. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/e2e/run.test.ts', 'test/e2e/approval.test.ts', 'test/e2e/fleet.test.ts', 'test/postgres/**/*.test.ts'],
    // Generous, as ever: tests await conditions, and a machine may be busy.
    testTimeout: 900_000,
    hookTimeout: 1_200_000,
    pool: 'forks',
    // One kills the server that all share.
    fileParallelism: false,
    globalSetup: ['test/postgres/global-setup.ts'],
  },
});
