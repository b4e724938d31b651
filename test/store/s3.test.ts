import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArtifactRef } from '../../src/core/artifact.js';
import { artifactsCheck } from '../../src/client/doctor/artifacts.js';
import { keyOf } from '../../src/store/artifact-ref.js';
import type { ArtifactStore } from '../../src/store/artifacts.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';
import { parseAddress } from '../../src/store/s3/address.js';
import { S3Bucket } from '../../src/store/s3/bucket.js';
import { Cache } from '../../src/store/s3/cache.js';
import { openS3Artifacts } from '../../src/store/s3/store.js';
import { onTransfer, type Transfer } from '../../src/store/s3/transfers.js';
import type { Shelved } from '../../src/store/shelf.js';
import { settleUploads, withUploads } from '../../src/store/uploads.js';
import { noS3, startS3, type S3Server } from '../support/s3-server.js';
import { codeOf, temporaryFolder } from '../workspace/fixture.js';

const megabytes = (count: number) => Buffer.alloc(count * 2 ** 20, `${count} megabytes of something`);

describe.skipIf(noS3 !== null)(`artifacts in a bucket${noS3 === null ? '' : ` (${noS3})`}`, () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(async () => server.stop());

  /** As a host has it, with a cache of its own. */
  const host = ({ address = server.env.PERFLOOP_ARTIFACTS, env = {}, patienceMs = 60_000, cache = join(temporaryFolder(), 'cache') }: { address?: string; env?: NodeJS.ProcessEnv; patienceMs?: number; cache?: string } = {}): ArtifactStore =>
    openS3Artifacts({ bucket: new S3Bucket({ address: parseAddress(address), env: { ...server.env, ...env }, patienceMs }), cache, cacheBytes: 2 ** 30 });
  /** The object as the server keeps it. */
  const objectOf = (ref: ArtifactRef, prefix = 'some/prefix') => join(server.folder, prefix, keyOf(ref));
  const listed = async (store: ArtifactStore) => {
    const files: Shelved[] = [];
    for await (const file of store.shelf().list()) files.push(file);
    return files.map(({ key }) => key);
  };
  const durable = <T>(work: () => Promise<T>) => withUploads(undefined, work);

  test('what one host puts another host reads', async () => {
    const ref = await durable(() => host().put('text', 'hello\n'));
    expect(ref).toEqual({ sha: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03', bytes: 6, kind: 'text' });
    const other = host();
    expect((await other.get(ref)).toString()).toBe('hello\n');
    expect(readFileSync(await other.fileOf(ref), 'utf8')).toBe('hello\n');
    expect(other.placeOf(ref)).toBe(`s3://perfloop-test/some/prefix/58/91/${ref.sha}.txt`);
    expect((await other.get(await durable(() => other.put('text', '')))).byteLength).toBe(0);
  });

  test('a large file goes up in parts and comes back the same', async () => {
    const bytes = megabytes(21);
    const file = join(temporaryFolder(), 'large');
    writeFileSync(file, bytes);
    const told: Transfer[] = [];
    onTransfer((transfer) => told.push(transfer));
    const ref = await durable(() => host().putFile('profile', file));
    onTransfer((transfer) => told.push(transfer));
    expect((await host().get(ref)).equals(bytes)).toBe(true);
    onTransfer(null);
    const whole = { place: 's3://perfloop-test/some/prefix', bytes: bytes.byteLength };
    for (const direction of ['upload', 'download']) expect(told).toContainEqual({ ...whole, direction, done: expect.any(Number) as number });
  });

  test('content that is there is not sent again, by whatever host', async () => {
    const ref = await durable(() => host().put('log', megabytes(4)));
    const before = server.sent();
    expect(await durable(() => host().put('log', megabytes(4)))).toEqual(ref);
    expect(server.sent() - before).toBeLessThan(100_000);
  });

  test('hosts that put the same content at the same time do not harm each other', async () => {
    const refs = await Promise.all([host(), host(), host()].map((store) => durable(() => store.put('json', `{"at":"once","of":"${'many'.repeat(1000)}"}`))));
    expect(new Set(refs.map(({ sha }) => sha)).size).toBe(1);
    expect(await host().getJson(refs[0] as ArtifactRef)).toMatchObject({ at: 'once' });
  });

  test('a name is seen by every host, the last one wins, and it is gone with its bytes', async () => {
    const [one, other] = [host(), host()];
    expect(await other.recall('a/b')).toBeUndefined();
    await one.remember('a/b', await one.put('bundle', 'first'));
    const last = await other.put('bundle', 'second');
    await other.remember('a/b', last);
    expect(await one.recall('a/b')).toEqual(last);
    rmSync(objectOf(last));
    expect(await host().recall('a/b')).toBeUndefined();
  });

  test('damaged and truncated objects are told from the right ones, and put again they are mended where that can be seen', async () => {
    const ref = await durable(() => host().put('text', 'the right bytes'));
    chmodSync(objectOf(ref), 0o644);
    writeFileSync(objectOf(ref), 'the wrong bytes');
    await expect(host().get(ref)).rejects.toMatchObject({ code: 'PL_ARTIFACT_CORRUPT', where: host().placeOf(ref) });
    truncateSync(objectOf(ref), 5);
    expect(await codeOf(host().fileOf(ref))).toBe('PL_ARTIFACT_CORRUPT');
    await durable(() => host().put('text', 'the right bytes'));
    expect((await host().get(ref)).toString()).toBe('the right bytes');
    rmSync(objectOf(ref));
    await expect(host().get(ref)).rejects.toMatchObject({ code: 'PL_ARTIFACT_MISSING', where: host().placeOf(ref) });
  });

  test('a damaged file of the cache is fetched again', async () => {
    const store = host();
    const ref = await durable(() => store.put('text', 'from the bucket'));
    const file = await store.fileOf(ref);
    chmodSync(file, 0o644);
    writeFileSync(file, 'from the bucke!');
    expect((await store.get(ref)).toString()).toBe('from the bucket');
  });

  test('refuses what the server refuses at once, and says what to do', async () => {
    const denied = host({ env: { AWS_SECRET_ACCESS_KEY: 'wrong' } });
    await expect(durable(() => denied.put('text', 'x of a stranger'))).rejects.toMatchObject({ code: 'PL_ARTIFACTS_DENIED', where: expect.stringContaining('s3://perfloop-test/some/prefix at http://127.0.0.1:'), fix: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
    expect(await codeOf(denied.recall('x'))).toBe('PL_ARTIFACTS_DENIED');
    expect(await codeOf(host({ env: { AWS_ACCESS_KEY_ID: 'nobody' } }).recall('x'))).toBe('PL_ARTIFACTS_DENIED');
    const elsewhere = host({ address: 's3://no-such-bucket' });
    await expect(durable(() => elsewhere.put('text', 'x'))).rejects.toMatchObject({ code: 'PL_ARTIFACTS_NO_BUCKET', fix: expect.stringContaining('Create it') });
    expect(await codeOf(elsewhere.recall('x'))).toBe('PL_ARTIFACTS_NO_BUCKET');
  });

  test('the doctor writes, reads and removes, and says what is wrong', async () => {
    const home = (artifacts: string) => homeFrom({ PERFLOOP_HOME: temporaryFolder(), PERFLOOP_ARTIFACTS: artifacts });
    expect(await artifactsCheck(home('s3://perfloop-test/doctor'), server.env)).toMatchObject([{ status: expect.stringMatching(/ok|warn/), found: expect.stringMatching(/^s3:\/\/perfloop-test\/doctor: written in \d+ ms, read in \d+ ms, removed in \d+ ms$/) }]);
    expect(await listed(host({ address: 's3://perfloop-test/doctor' }))).toEqual([]);
    expect(await artifactsCheck(home('s3://no-such-bucket'), server.env)).toMatchObject([{ status: 'fail', found: expect.stringContaining('the bucket does not exist (s3://no-such-bucket at http://'), fix: expect.stringContaining('Create it') }]);
    expect(await artifactsCheck(home('ftp://x'), server.env)).toMatchObject([{ status: 'fail', fix: expect.stringContaining('s3://bucket/prefix') }]);
    expect(await artifactsCheck(homeFrom({ PERFLOOP_HOME: '/x' }), {})).toEqual([]);
  });

  test('gives up a server that does not answer when patience ends, and what was put goes up when it is back', async () => {
    const server = await startS3();
    const store = (patienceMs: number, cache: string) => host({ env: server.env, patienceMs, cache });
    try {
      await server.kill();
      const cache = join(temporaryFolder(), 'cache');
      await expect(durable(() => store(300, cache).put('text', 'kept here'))).rejects.toMatchObject({ code: 'PL_ARTIFACTS_UNREACHABLE', where: expect.stringContaining(server.env.AWS_ENDPOINT_URL_S3), fix: expect.stringContaining('AWS_ENDPOINT_URL_S3') });
      const put = durable(() => store(120_000, cache).put('text', 'kept here'));
      await server.restart();
      expect((await store(1000, join(temporaryFolder(), 'other')).get(await put)).toString()).toBe('kept here');
    } finally {
      await server.stop();
    }
  });

  test('work ends when others can read what it put, or when it is given up', async () => {
    const store = host();
    server.hold();
    const given = new AbortController();
    let put = false;
    const work = (signal?: AbortSignal) => withUploads(signal, async () => {
      const ref = await store.put('text', 'not before it is there');
      put = true;
      return ref;
    });
    const abandoned = work(given.signal).catch((error: unknown) => error);
    const patient = work();
    await expect.poll(() => put).toBe(true);
    const reason = new Error('somebody stopped it');
    given.abort(reason);
    expect(await abandoned).toBe(reason);
    server.release();
    expect(existsSync(objectOf(await patient))).toBe(true);
  });

  test('who puts more than is under way waits', async () => {
    const store = host();
    server.hold();
    let done = 0;
    const puts = Array.from({ length: 40 }, async (_, index) => store.put('text', `one of many: ${index}`).then((ref) => {
      done += 1;
      return ref;
    }));
    await expect.poll(() => done).toBe(32);
    server.release();
    const refs = await Promise.all(puts);
    await settleUploads();
    expect(refs.every((ref) => existsSync(objectOf(ref)))).toBe(true);
  });

  test('a process that is killed in the middle of an upload leaves nothing that can be seen', async () => {
    const address = 's3://perfloop-test/killed';
    const content = megabytes(24);
    const folder = temporaryFolder();
    const at = (path: string) => JSON.stringify(new URL(`../../src/store/${path}`, import.meta.url).href);
    writeFileSync(join(folder, 'content'), content);
    writeFileSync(join(folder, 'put.mts'), `import { artifactsOf } from ${at('artifacts-of.ts')}; import { homeFrom } from ${at('home.ts')};
      await artifactsOf(homeFrom(process.env)).putFile('profile', ${JSON.stringify(join(folder, 'content'))});`);
    const before = server.sent();
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), join(folder, 'put.mts')], { env: { ...process.env, ...server.env, PERFLOOP_ARTIFACTS: address, PERFLOOP_HOME: join(folder, 'home') }, stdio: 'ignore' });
    const gone = new Promise((resolve) => void child.once('exit', resolve));
    // The first part is on its way: nothing after what is in flight now reaches the server.
    await expect.poll(() => server.sent() - before, { timeout: 60_000, interval: 1 }).toBeGreaterThan(100_000);
    server.hold();
    child.kill('SIGKILL');
    await gone;
    server.release();
    const store = host({ address });
    expect(await listed(store)).toEqual([]);
    const left = [];
    for await (const upload of store.shelf().unfinished(Date.now() + 60_000)) left.push(upload);
    expect(left).toHaveLength(1);
    for (const upload of left) await upload.remove();
    const ref = await durable(() => store.put('profile', content));
    expect(await listed(store)).toEqual([keyOf(ref)]);
  });
});

describe('the cache of a bucket', () => {
  test('keeps what was used last, and what may be open', async () => {
    const folder = openArtifacts(join(temporaryFolder(), 'cache'));
    const cache = new Cache(folder, 2000);
    const refs: ArtifactRef[] = [];
    for (const name of ['oldest', 'old', 'newer', 'newest']) refs.push(await folder.put('text', name.padEnd(1000)));
    const hoursAgo = (hours: number) => Date.now() / 1000 - hours * 3600;
    for (const [index, ref] of refs.entries()) utimesSync(folder.pathOf(ref), hoursAgo(9 - index), hoursAgo(9 - index));
    await cache.used(refs[0] as ArtifactRef);
    await cache.prune();
    expect(refs.map((ref) => existsSync(folder.pathOf(ref)))).toEqual([true, false, false, true]);
    for (let index = 0; index < 4; index += 1) await folder.put('text', `now ${index}`.padEnd(1000));
    await cache.prune();
    const left = [];
    for await (const { bytes } of folder.shelf().list()) if (bytes === 1000) left.push(bytes);
    expect(left).toHaveLength(5);
  });
});

describe('the address of a bucket', () => {
  test('is a bucket and a prefix', () => {
    expect(parseAddress('s3://my.bucket-1')).toEqual({ bucket: 'my.bucket-1', prefix: '' });
    expect(parseAddress('s3://bucket//a/b/')).toEqual({ bucket: 'bucket', prefix: 'a/b/' });
  });

  test.each(['s3://', 's3://x', 's3://Bucket', 'gs://bucket/x', 's3://bucket/../x', 's3://bucket/x?versionId=1'])('refuses %s', (address) => {
    expect(() => parseAddress(address)).toThrow(expect.objectContaining({ code: 'PL_ARTIFACTS_ADDRESS', where: expect.stringContaining(address) }) as Error);
  });

  test('refuses credentials, and does not repeat them', () => {
    expect(() => parseAddress('s3://key:secret@bucket/x')).toThrow(expect.objectContaining({ code: 'PL_ARTIFACTS_ADDRESS', where: 'PERFLOOP_ARTIFACTS' }) as Error);
  });
});
