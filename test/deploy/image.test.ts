import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';

const read = (file: string): string => readFileSync(join(packageRoot, file), 'utf8');
const dockerfile = read('Dockerfile');
/** What the image has of the package. */
const copied = [...dockerfile.matchAll(/^COPY --from=build \/perfloop\/(\S+) \S+$/gm)].map(([, path = '']) => path);
const root = mkdtempSync(join(tmpdir(), 'perfloop-image-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the image', () => {
  it('holds what the package ships and what that needs, and nothing else', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const shipped = files.filter((file) => !file.startsWith('!') && !/^[A-Z]+(\.md)?$/.test(file));
    expect(copied.toSorted()).toEqual([...shipped, 'package.json', 'node_modules'].toSorted());
  });

  it('runs with only that', () => {
    for (const path of copied.filter((path) => path !== 'node_modules')) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      // Of real files, since node follows a link to where everything is.
      execFileSync('cp', ['-R', join(packageRoot, path), join(root, path)]);
    }
    symlinkSync(join(packageRoot, 'node_modules'), join(root, 'node_modules'));
    const perfloop = (...args: string[]): string => execFileSync(process.execPath, [join(root, 'bin', 'perfloop.js'), ...args], { encoding: 'utf8', env: { ...process.env, PERFLOOP_HOME: join(root, 'home') } });
    expect(perfloop('--version')).toContain((JSON.parse(read('package.json')) as { version: string }).version);
    expect(perfloop('recipes', 'list')).not.toBe('');
  });

  it('does not run as root, pins what it is made from, and has no secret in a variable', () => {
    const users = [...dockerfile.matchAll(/^USER (.*)$/gm)].map(([, user]) => user);
    expect(users).toEqual(['1000:1000']);
    for (const [, from] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(from).toMatch(/^node:\d+\.\d+\.\d+-/);
    expect(dockerfile).not.toMatch(/^(ARG|ENV).*(PASSWORD|SECRET|TOKEN|API_KEY)/m);
  });

  it('is built from named files: .dockerignore leaves everything else behind', () => {
    const [everything, ...rules] = read('.dockerignore').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(everything).toBe('*');
    const taken = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    expect(taken.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([]);
    expect(taken.filter((path) => /deploy|secret|\.git|test|docs|shared/.test(path))).toEqual([]);
  });
});
