import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { containerLimits } from '../../src/measure/container-limits.js';
import { fingerprintSchema } from '../../src/measure/fingerprint.js';
import { environmentFingerprint, hostIdentity } from '../../src/measure/environment.js';
import { temporaryFolder } from './support.js';

describe('the fingerprint', () => {
  test('says what a measurement depends on', async () => {
    const found = await environmentFingerprint(['cd x && /usr/bin/node bench.js']);
    expect(fingerprintSchema.parse(found)).toEqual(found);
    expect(found).toMatchObject({ v: 1, cpu: { cores: cpus().length }, os: { platform: process.platform, arch: process.arch }, versions: { perfloop: `on node ${process.version}`, node: expect.stringMatching(/^v\d/) as string, git: expect.stringMatching(/^git version \d/) as string } });
    expect(found.memoryBytes).toBeGreaterThan(1e8);
    expect(found.load).toHaveLength(3);
  });

  test('is the same at once again but for the load, and does not name the host', async () => {
    const [one, two] = [await environmentFingerprint(), await environmentFingerprint()];
    expect({ ...one, load: [], gpus: [] }).toEqual({ ...two, load: [], gpus: [] });
    expect(JSON.stringify({ host: one.host })).not.toContain(hostname());
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });
});

describe('limits of a container', () => {
  function limits(files: Record<string, string>) {
    return containerLimits((path) => files[path] ?? null, '/cg');
  }

  test('version 2: the tightest over the group and those above it', () => {
    expect(limits({
      '/proc/self/cgroup': '0::/a/b\n',
      '/cg/a/b/cpu.max': '400000 100000\n',
      '/cg/a/cpu.max': '150000 100000\n',
      '/cg/a/b/memory.max': 'max\n',
      '/cg/a/memory.max': '1073741824\n',
    })).toEqual({ cpus: 1.5, memoryBytes: 2 ** 30 });
  });

  test('version 1, where the container sees its own group at the root', () => {
    expect(limits({
      '/proc/self/cgroup': '5:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n0::/\n',
      '/cg/cpu/cpu.cfs_quota_us': '50000\n',
      '/cg/cpu/cpu.cfs_period_us': '100000\n',
      '/cg/memory/memory.limit_in_bytes': '536870912\n',
    })).toEqual({ cpus: 0.5, memoryBytes: 2 ** 29 });
  });

  test('none is set, or this is not Linux', () => {
    const none = { cpus: null, memoryBytes: null };
    expect(limits({})).toEqual(none);
    expect(limits({ '/proc/self/cgroup': '0::/\n', '/cg/cpu.max': 'max 100000\n' })).toEqual(none);
    expect(limits({ '/proc/self/cgroup': '2:cpu:/\n1:memory:/\n', '/cg/cpu/cpu.cfs_quota_us': '-1\n', '/cg/cpu/cpu.cfs_period_us': '100000\n', '/cg/memory/memory.limit_in_bytes': '9223372036854771712\n' })).toEqual(none);
  });
});

describe('the identity of a host', () => {
  test('is made once, also when several ask at the same time, and kept', async () => {
    const home = { hostFile: join(await temporaryFolder(), 'home', 'host.json') };
    const ids = await Promise.all(Array.from({ length: 8 }, () => hostIdentity(home)));
    expect(new Set(ids.map((one) => one.id)).size).toBe(1);
    expect(ids[0]?.id).toMatch(/^[0-9a-f]{12}$/);
    expect(JSON.parse(await readFile(home.hostFile, 'utf8'))).toMatchObject(ids[0] ?? {});
  });

  test('is another one where the home was copied to another machine, and stays where a container or a backup changes one thing', async () => {
    const folder = await temporaryFolder();
    const on = async (name: string, machine: string): Promise<{ hostFile: string; machineFile: string }> => {
      const machineFile = join(folder, `machine-${name}`);
      await writeFile(machineFile, machine);
      return { hostFile: join(folder, 'host.json'), machineFile };
    };
    const [first, second, none] = [await on('first', 'aaaa\n'), await on('second', 'bbbb\n'), await on('none', '\n')];
    const { id } = await hostIdentity(first);
    expect(await readFile(first.hostFile, 'utf8')).not.toContain('aaaa');
    // A container: another machine id, the same file in its volume.
    for (const place of [second, none, first]) expect(await hostIdentity(place)).toEqual({ id });
    // A backup: the same machine, another file.
    const copied = { ...first, hostFile: join(folder, 'copy.json') };
    await copyFile(first.hostFile, copied.hostFile);
    expect(await hostIdentity(copied)).toEqual({ id });
    expect(await hostIdentity({ ...copied, machineFile: none.machineFile })).toEqual({ id });
    // Both: a copy, which is told apart once, by all that ask at once, and keeps what it got.
    const elsewhere = { ...copied, machineFile: second.machineFile };
    const told = await Promise.all(Array.from({ length: 5 }, () => hostIdentity(elsewhere)));
    expect(told).toEqual(told.map(() => ({ id: told[0]?.id, was: id })));
    expect(told[0]?.id).toMatch(/^(?!undefined)[0-9a-f]{12}$/);
    expect(told[0]?.id).not.toBe(id);
    expect(await hostIdentity(elsewhere)).toEqual(told[0]);
    expect(await hostIdentity(first)).toEqual({ id });
  });

  test('of an earlier version is kept, and is told from its copies from then on', async () => {
    const folder = await temporaryFolder();
    const [hostFile, machineFile, other] = [join(folder, 'host.json'), join(folder, 'machine'), join(folder, 'other')];
    await writeFile(hostFile, '{"id":"0123456789ab"}\n');
    await writeFile(machineFile, 'aaaa');
    await writeFile(other, 'bbbb');
    expect(await hostIdentity({ hostFile, machineFile })).toEqual({ id: '0123456789ab' });
    await copyFile(hostFile, join(folder, 'copy.json'));
    expect(await hostIdentity({ hostFile: join(folder, 'copy.json'), machineFile: other })).toMatchObject({ was: '0123456789ab' });
  });

  test('a damaged file is said, and not replaced', async () => {
    const home = { hostFile: join(await temporaryFolder(), 'host.json') };
    await writeFile(home.hostFile, '{"id":"');
    await expect(hostIdentity(home)).rejects.toMatchObject({ code: 'PL_HOST_FILE', where: home.hostFile });
  });
});
