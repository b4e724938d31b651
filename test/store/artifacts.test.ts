import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openArtifacts } from '../../src/store/artifacts.js';
import { codeOf, temporaryFolder } from '../workspace/fixture.js';

const damage = (path: string) => {
  chmodSync(path, 0o644);
  writeFileSync(path, 'damaged');
};

describe('artifact store', () => {
  test('gives back what was put, by content', async () => {
    const store = openArtifacts(join(temporaryFolder(), 'artifacts'));
    const ref = await store.put('text', 'hello\n');
    expect(ref).toEqual({ sha: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03', bytes: 6, kind: 'text' });
    expect((await store.get(ref)).toString()).toBe('hello\n');
    expect(store.pathOf(ref)).toBe(join(store.folder, '58', '91', `${ref.sha}.txt`));
    expect(await store.put('text', Buffer.from('hello\n'))).toEqual(ref);
    expect(readdirSync(join(store.folder, 'tmp'))).toEqual([]);
  });

  test('stores a file as it stores its bytes', async () => {
    const folder = temporaryFolder();
    const store = openArtifacts(join(folder, 'artifacts'));
    const bytes = Buffer.alloc(300_000, 'abc\0é');
    writeFileSync(join(folder, 'input'), bytes);
    const ref = await store.putFile('profile', join(folder, 'input'));
    expect(ref).toEqual(await store.put('profile', bytes));
    expect((await store.get(ref)).equals(bytes)).toBe(true);
  });

  test('reports a missing and a damaged artifact, and where it lies', async () => {
    const store = openArtifacts(join(temporaryFolder(), 'artifacts'));
    const ref = await store.put('json', '{}');
    damage(store.pathOf(ref));
    await expect(store.get(ref)).rejects.toMatchObject({ code: 'PL_ARTIFACT_CORRUPT', where: store.pathOf(ref), fix: expect.stringContaining('Restore') });
    expect(await codeOf(store.verify(ref))).toBe('PL_ARTIFACT_CORRUPT');
    const absent = { ...ref, sha: 'a'.repeat(64) };
    await expect(store.get(absent)).rejects.toMatchObject({ code: 'PL_ARTIFACT_MISSING', where: store.pathOf(absent) });
    expect(await codeOf(store.verify(absent))).toBe('PL_ARTIFACT_MISSING');
  });

  test('replaces a damaged file when its content is put again', async () => {
    const store = openArtifacts(join(temporaryFolder(), 'artifacts'));
    const ref = await store.put('text', 'content');
    damage(store.pathOf(ref));
    await store.put('text', 'content');
    expect((await store.get(ref)).toString()).toBe('content');
  });

  test('checks JSON by a schema', async () => {
    const store = openArtifacts(join(temporaryFolder(), 'artifacts'));
    const ref = await store.put('json', '{"a":1}');
    expect(await store.getJson(ref, z.object({ a: z.number() }))).toEqual({ a: 1 });
    expect(await codeOf(store.getJson(ref, z.object({ a: z.string() })))).toBe('PL_ARTIFACT_SHAPE');
    expect(await codeOf(store.getJson(await store.put('json', '{')))).toBe('PL_ARTIFACT_SHAPE');
  });

  test('refuses a reference that is no hash', () => {
    const store = openArtifacts(temporaryFolder());
    expect(() => store.pathOf({ sha: '../../etc/passwd', bytes: 1, kind: 'text' })).toThrow();
  });

  test('remembers a reference by name as long as its bytes are intact', async () => {
    const store = openArtifacts(join(temporaryFolder(), 'artifacts'));
    const ref = await store.put('bundle', 'bytes');
    expect(await store.recall('a/b')).toBeUndefined();
    await store.remember('a/b', ref);
    expect(await openArtifacts(store.folder).recall('a/b')).toEqual(ref);
    damage(store.pathOf(ref));
    expect(await store.recall('a/b')).toBeUndefined();
  });

  test('removes what a killed process left long ago, and nothing newer', async () => {
    const folder = join(temporaryFolder(), 'artifacts');
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    writeFileSync(join(folder, 'tmp', 'old'), 'x');
    writeFileSync(join(folder, 'tmp', 'new'), 'x');
    utimesSync(join(folder, 'tmp', 'old'), 1, 1);
    await openArtifacts(folder).put('text', 'y');
    expect(readdirSync(join(folder, 'tmp'))).toEqual(['new']);
  });

  test('says so when the folder cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(openArtifacts(join(folder, 'file', 'artifacts')).put('text', 'x')).rejects.toMatchObject({ code: 'PL_ARTIFACTS_READ_ONLY', fix: expect.stringContaining('PERFLOOP_ARTIFACTS') });
  });

  test('is shared by several processes that put the same content at once', async () => {
    const folder = join(temporaryFolder(), 'artifacts');
    const script = `import { openArtifacts } from ${JSON.stringify(new URL('../../src/store/artifacts.ts', import.meta.url).href)};
      const store = openArtifacts(${JSON.stringify(folder)});
      for (let i = 0; i < 20; i += 1) { const ref = await store.put('text', 'content ' + i); if ((await store.get(ref)).toString() !== 'content ' + i) throw new Error('differs'); }`;
    const file = join(temporaryFolder(), 'put.mts');
    writeFileSync(file, script);
    const run = () => promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), file]);
    await Promise.all([run(), run(), run()]);
    const store = openArtifacts(folder);
    for (let index = 0; index < 20; index += 1) expect(readFileSync(store.pathOf(await store.put('text', `content ${index}`)), 'utf8')).toBe(`content ${index}`);
    expect(existsSync(join(folder, 'tmp')) && readdirSync(join(folder, 'tmp'))).toEqual([]);
  });
});
