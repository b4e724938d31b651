import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PerfloopError } from '../../core/errors.js';
import type { CliContext } from '../context.js';

/** Runs the demo that comes with the package, on this terminal; gives its exit code. */
export async function demo(context: CliContext): Promise<number> {
  // From dist/client/verbs/ and from src/client/verbs/ alike.
  const script = fileURLToPath(new URL('../../../demo/run.mjs', import.meta.url));
  if (!existsSync(script)) throw new PerfloopError('PL_NO_DEMO', 'the demo is not part of this installation', { where: script, fix: 'Clone the repository and run `npm install && npm run demo`.' });
  const child = spawn(process.execPath, [script, ...(context.json ? ['--json'] : [])], { stdio: 'inherit', env: context.env });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}
