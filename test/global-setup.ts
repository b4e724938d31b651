import { existsSync } from 'node:fs';
import { homeFrom } from '../src/store/home.js';
import { findBinary } from '../src/worker/engine/binary.js';
import { supervisorScript } from '../src/worker/engine/package-paths.js';
import { s3Binary } from './support/s3-binary.js';

/** Gets the Temporal server and an S3 server once for all tests, into the user's own home; there perfloop itself finds the former again. */
export default async function setup(): Promise<void> {
  if (!existsSync(supervisorScript)) throw new Error('dist/ is not there: run `npm run build` first, or `npm test`, which does');
  let said = '';
  const { path } = await findBinary({
    home: homeFrom({ ...process.env, PERFLOOP_HOME: '' }),
    env: process.env,
    onProgress({ text, seconds }) {
      if (text === said && Math.round(seconds) % 10 !== 0) return;
      said = text;
      console.log(`${text}: ${Math.round(seconds)} s`);
    },
  });
  process.env['PERFLOOP_TEMPORAL_BIN'] = path;
  try {
    process.env['PERFLOOP_TEST_S3'] = await s3Binary(console.log);
  } catch (error) {
    console.log(`SKIPPED: tests of artifacts in a bucket. The S3 server cannot be built: ${error instanceof Error ? error.message : String(error)}`);
  }
}
