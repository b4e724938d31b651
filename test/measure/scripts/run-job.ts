/** A worker that runs one command and is killed while it does. Arguments: journal folder, command, perhaps a sandbox. */
import { runCommand } from '../../../src/measure/run-command.js';
import type { Sandbox } from '../../../src/measure/sandbox/sandbox.js';

const [, , folder = '', command = '', confined] = process.argv;
const sandbox = confined === undefined ? undefined : (JSON.parse(confined) as Sandbox);
await runCommand({ command, cwd: sandbox?.worktree.path ?? folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 600_000, journal: { folder, name: 'a test job' }, ...(sandbox === undefined ? {} : { sandbox }) });
