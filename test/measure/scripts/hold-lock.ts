/** Takes the host lock, runs a command with it. Arguments: lock folder, mode, command, perhaps a sandbox. */
import { acquireHostLock } from '../../../src/measure/host-lock.js';
import { runCommand } from '../../../src/measure/run-command.js';
import type { Sandbox } from '../../../src/measure/sandbox/sandbox.js';

const [, , folder = '', mode = '', command = '', confined] = process.argv;
const sandbox = confined === undefined ? undefined : (JSON.parse(confined) as Sandbox);
const lock = await acquireHostLock({ folder, mode: mode === 'shared' ? 'shared' : 'exclusive', onWaiting: () => console.log('waiting') });
console.log('held');
await runCommand({ command, cwd: sandbox?.worktree.path ?? folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 600_000, ...(mode === 'shared' ? { sharedLock: lock.file } : { hold: [lock.fd] }), ...(sandbox === undefined ? {} : { sandbox }) });
lock.release();
