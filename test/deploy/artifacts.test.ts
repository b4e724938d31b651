import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keyOf } from '../../src/store/artifact-ref.js';
import { parseAddress } from '../../src/store/s3/address.js';
import { S3Bucket } from '../../src/store/s3/bucket.js';
import { openS3Artifacts } from '../../src/store/s3/store.js';
import { withUploads } from '../../src/store/uploads.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { freePort } from '../../src/worker/engine/ports.js';
import { noS3 } from '../support/s3-server.js';

describe.skipIf(noS3 !== null)(`deploy/artifacts/start.sh${noS3 === null ? '' : ` (${noS3})`}`, () => {
  let root: string;
  const servers: ChildProcess[] = [];
  let url: string;

  /** Gives the address of a store of its own over these files. */
  const serve = async (data: string): Promise<string> => {
    const address = `127.0.0.1:${await freePort([])}`;
    servers.push(spawn('sh', [join(packageRoot, 'deploy', 'artifacts', 'start.sh')], { env: { PATH: `${root}:${process.env['PATH']}`, DATA: join(root, data), PORT: address, AWS_SHARED_CREDENTIALS_FILE: join(root, 'credentials') }, stdio: 'ignore' }));
    // What the compose file asks, too.
    await vi.waitUntil(async () => await fetch(`http://${address}/healthz`).then(({ ok }) => ok, () => false), { timeout: 60_000 });
    return `http://${address}`;
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'perfloop-bucket-'));
    symlinkSync(process.env['PERFLOOP_TEST_S3'] ?? '', join(root, 'versitygw'));
    // As deploy/secrets.sh writes it.
    writeFileSync(join(root, 'credentials'), '[default]\naws_access_key_id = perfloop\naws_secret_access_key = 5f0d1e\n');
    url = await serve('data');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const server of servers) {
      const ended = new Promise((resolve) => void server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
    }
    rmSync(root, { recursive: true, force: true });
  });

  /** A host with the credentials of a file, as the workers of the compose file have them. */
  const host = (credentials: string, at = url) => {
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(root, credentials));
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    return openS3Artifacts({ bucket: new S3Bucket({ address: parseAddress('s3://perfloop'), env: { AWS_ENDPOINT_URL_S3: at }, patienceMs: 20_000 }), cache: join(root, `cache-${Math.random()}`), cacheBytes: 2 ** 20 });
  };

  it('serves the bucket to those with its keys, as files that a backup can copy', async () => {
    const ref = await withUploads(undefined, () => host('credentials').put('text', 'kept\n'));
    expect((await host('credentials').get(ref)).toString()).toBe('kept\n');
    expect(readFileSync(join(root, 'data', 'buckets', 'perfloop', keyOf(ref)), 'utf8')).toBe('kept\n');
    cpSync(join(root, 'data'), join(root, 'restored'), { recursive: true });
    expect((await host('credentials', await serve('restored')).get(ref)).toString()).toBe('kept\n');
  });

  it('serves nobody else', async () => {
    writeFileSync(join(root, 'others'), '[default]\naws_access_key_id = perfloop\naws_secret_access_key = guessed\n');
    const put = withUploads(undefined, () => host('others').put('text', 'not mine\n'));
    await expect(put).rejects.toMatchObject({ code: expect.stringMatching(/^PL_ARTIFACTS_/) as string });
  });
});
