/** A worker that runs one command and is killed while it does. Arguments: journal folder, command. */
import { runCommand } from '../../../src/measure/run-command.js';

const [, , folder = '', command = ''] = process.argv;
await runCommand({ command, cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 600_000, journal: { folder, name: 'a test job' } });
