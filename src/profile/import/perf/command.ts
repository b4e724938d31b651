import { spawn } from 'node:child_process';
import { PerfloopError } from '../../../core/errors.js';

/** What perf says is kept to here. */
const mostSaid = 4000;

/** What prints a perf.data as text. */
export const perfScriptWords = (file: string): string[] => ['perf', 'script', '--force', '--ns', '--no-inline', '-F', '+pid,+symoff', '-i', file];

/**
 * The text that `perf script` makes of a perf.data, as it comes. Nothing is looked up on the network, and inlined functions are not
 * resolved: that asks addr2line once for each address. Throws PL_PERF_MISSING where perf is not installed, PL_PROFILE_MALFORMED
 * with what it said where it fails.
 */
export async function* perfScript(file: string): AsyncGenerator<Buffer> {
  const [perf = '', ...words] = perfScriptWords(file);
  const child = spawn(perf, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, DEBUGINFOD_URLS: '', LC_ALL: 'C' } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < mostSaid) said += text;
  });
  const ended = new Promise<number | Error>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => resolve(code ?? -1));
  });
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const end = await ended;
    if (end instanceof Error) throw missing(file, end);
    if (end !== 0) throw new PerfloopError('PL_PROFILE_MALFORMED', 'The recording of perf cannot be read.', { where: file, fix: 'Record it again, and let the program end by itself; or bring the text that `perf script` prints where it was recorded.', problems: said.trim().split('\n').slice(0, 5).map((line) => line.slice(0, 300)) });
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL');
  }
}

const missing = (file: string, cause: Error): PerfloopError => new PerfloopError('PL_PERF_MISSING', 'perf is not installed, or does not run here.', {
  where: file,
  fix: 'Install it (Debian linux-perf, Ubuntu linux-tools, Fedora perf); or run `perf script > profile.txt` where it was recorded, and bring the text.',
  cause,
});
