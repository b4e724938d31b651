import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { ReportJson } from '../../src/report/json.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { sharedEngine } from './shared.js';

const engine = sharedEngine();

it('npm run demo -- --json plays its acts and ends with one object', async () => {
  const played = await execa('npm', ['run', '--silent', 'demo', '--', '--json'], { cwd: packageRoot, env: engine.env, extendEnv: false, reject: false });
  const shown = JSON.parse(played.stdout) as ReportJson;
  expect(shown).toMatchObject({ target: 'density-clustering', speedup: { metric: 'wall' } });
  expect(shown.trials.find((trial) => trial.reasons.some(({ code }) => code === 'protected'))).toMatchObject({ proposer: 'script', verdict: 'rejected', ratio: null });
  expect(shown.trials.find((trial) => trial.recipe === 'set-beside-array')).toMatchObject({ verdict: 'accepted' });
  expect(existsSync(shown.report)).toBe(true);
  expect(played.stderr).toContain('a change that does nothing was refused');
  expect(played.stderr).toMatch(/kill -9 \d+: the worker is dead/);
  expect(played.stderr).toMatch(/a worker killed after \d+ pairs: its successor went on with pair \d+/);
});

it('every script of package.json names files that are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const files = Object.values(scripts).flatMap((script) => script.match(/[\w./-]+\.(?:mjs|js|ts|json)\b/g) ?? []);
  expect(files.length).toBeGreaterThan(2);
  expect(files.filter((file) => !existsSync(join(packageRoot, file)))).toEqual([]);
});
