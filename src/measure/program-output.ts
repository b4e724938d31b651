import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const patienceMs = 10_000;

/** What a program prints, on stderr where nothing comes on stdout. Null when it is not there, fails, or does not answer. */
export async function programOutput(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args], { env, timeout: patienceMs, maxBuffer: 16 * 1024 * 1024 });
    return stdout.trim() === '' ? stderr : stdout;
  } catch {
    return null;
  }
}

/** The first line that says something. */
export function firstLine(text: string | null): string | null {
  return text?.split('\n').map((line) => line.trim()).find((line) => line !== '') ?? null;
}
