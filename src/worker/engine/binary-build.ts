import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { pinnedVersion } from './binary-version.js';

export const goPackage = `github.com/temporalio/cli/cmd/temporal@v${pinnedVersion}`;

const limitMs = 30 * 60_000;

/**
 * Builds the release with the machine's Go and gives the binary's path. Needs only a Go module proxy.
 * `onPackage` gets the number of packages compiled so far.
 */
export async function buildBinary(go: string, folder: string, env: NodeJS.ProcessEnv, onPackage: (count: number) => void): Promise<string> {
  // In the folder itself, so that no go.mod or go.work of the user's steers the build.
  const child = spawn(go, ['install', '-v', goPackage], {
    cwd: folder,
    env: { ...env, GOBIN: folder, GOFLAGS: '', GOWORK: 'off', GO111MODULE: 'on' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: limitMs,
  });
  const decoder = new StringDecoder('utf8');
  let tail = '';
  let packages = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk);
    tail = (tail + text).slice(-4000);
    const lines = text.split('\n').filter((line) => /^[\w.-]+(\/[\w.~-]+)*$/.test(line)).length;
    if (lines > 0) onPackage((packages += lines));
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return join(folder, 'temporal');
  const said = tail.split('\n').filter((line) => line.includes(' ')).slice(-3).join('; ');
  throw new Error(code === null ? `it took more than ${limitMs / 60_000} minutes` : said || `go install exits with ${code}`);
}
