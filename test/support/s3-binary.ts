import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { homeFrom } from '../../src/store/home.js';
import { onPath } from '../../src/worker/engine/binary-places.js';

const version = 'v1.8.0';
const goPackage = `github.com/versity/versitygw/cmd/versitygw@${version}`;

/**
 * A real S3 server for tests (signatures, parts, checksums): built once by the machine's Go into the user's own perfloop home,
 * as the Temporal server is. Throws where it is neither there nor can be built.
 */
export async function s3Binary(say: (text: string) => void): Promise<string> {
  const folder = join(homeFrom({ ...process.env, PERFLOOP_HOME: '' }).root, 'test-tools');
  const path = join(folder, `versitygw-${version}`);
  if (existsSync(path)) return path;
  const go = onPath('go', process.env);
  if (go === null) throw new Error('there is no Go to build it with');
  say(`building ${goPackage}, once, in a minute or two`);
  mkdirSync(folder, { recursive: true });
  const built = mkdtempSync(join(folder, 'build-'));
  try {
    await promisify(execFile)(go, ['install', '-ldflags=-s -w', goPackage], { cwd: built, env: { ...process.env, GOBIN: built, GOFLAGS: '', GOWORK: 'off', GO111MODULE: 'on' }, timeout: 15 * 60_000 });
    renameSync(join(built, 'versitygw'), path);
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
  return path;
}
