import { existsSync } from 'node:fs';
import { homeFrom } from '../src/store/home.js';
import { findBinary } from '../src/worker/engine/binary.js';
import { supervisorScript } from '../src/worker/engine/package-paths.js';

/** Gets the Temporal server once for all tests, into the user's own home, where perfloop itself finds it again. */
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
}
