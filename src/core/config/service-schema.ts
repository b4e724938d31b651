import { z } from 'zod';
import { durationMs } from './duration.js';
import { environmentName, environmentValue, relativePath } from './values.js';

const line = z.string().trim().min(1).max(10_000).refine((text) => !text.includes('\0'), 'must not hold a NUL character');

export const serviceSchema = z.strictObject({
  start: line.describe('The shell command that starts the service in the foreground, in the worktree; the environment variable PORT says where it is to listen. Required.'),
  ready: line.describe('Exits with 0 as soon as the service answers on PORT (`curl -sf http://127.0.0.1:$PORT/health`); tried every 50 ms. Required.'),
  load: line.describe('A fixed amount of requests to PORT. What it prints can be [[metrics]] (latency percentiles). Required.'),
  stop: line.optional().describe('Ends the service. Default: SIGTERM to all its processes.'),
  ready_timeout: durationMs.default(30_000).meta({ title: 'duration' }).describe('How long the service may take until it is ready.'),
  cwd: relativePath.default('.').describe('Where the commands run, relative to the repository root.'),
  env: z.record(environmentName, environmentValue).default({}).describe('Environment variables to add. The value `$NAME` is taken from the environment of perfloop.'),
  timeout: durationMs.default(600_000).meta({ title: 'duration' }).describe('One sample (start, load, stop) is ended after this long.'),
});

export type ServiceConfig = z.infer<typeof serviceSchema>;
