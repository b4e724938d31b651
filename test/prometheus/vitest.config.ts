import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:prometheus`: the dashboard and the alerts, asked of a real Prometheus that scrapes a real worker and the server of docker-compose.yml. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/prometheus/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    globalSetup: ['test/postgres/global-setup.ts'],
  },
});
