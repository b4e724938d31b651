/** Takes the host lock, runs a command with it. Arguments: lock folder, mode, command. */
import { acquireHostLock } from '../../../src/measure/host-lock.js';
import { runCommand } from '../../../src/measure/run-command.js';

const [, , folder = '', mode = '', command = ''] = process.argv;
const lock = await acquireHostLock({ folder, mode: mode === 'shared' ? 'shared' : 'exclusive', onWaiting: () => console.log('waiting') });
console.log('held');
await runCommand({ command, cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 600_000, hold: [lock.fd] });
lock.release();
