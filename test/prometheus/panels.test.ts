import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { freePort } from '../../src/worker/engine/ports.js';
import { startRun } from '../e2e/runs.js';
import { makeTarget, sharedEngine } from '../e2e/shared.js';
import { makesFast, proposer, scoredProgram } from '../e2e/target.js';
import { missingPrometheus, prometheusFolder, startPrometheus, type Prometheus } from './prometheus.js';

const serverMetrics = process.env['PERFLOOP_TEST_SERVER_METRICS'];
const patience = { timeout: 120_000, interval: 1000 };

const title = 'Prometheus with a worker and a server';
if (serverMetrics === undefined) it.skip(`${title} (SKIPPED without \`npm run test:prometheus\`)`);
else describe(title, async () => {
  const port = await freePort([]);
  const engine = sharedEngine({ PERFLOOP_METRICS: `127.0.0.1:${port}` });
  const target = makeTarget((outside) => scoredProgram({ alpha: 40, beta: 30 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"`));
  let prometheus: Prometheus;

  beforeAll(async () => {
    const missing = missingPrometheus();
    if (missing !== null) throw new Error(missing);
    prometheus = await startPrometheus({ perfloop: `127.0.0.1:${port}`, temporal: serverMetrics });
    // The first run makes the series; a rate is of what comes after.
    for (let run = 0; run < 2; run++) expect(await (await startRun(engine, target)).result()).toMatchObject({ state: 'done', accepted: 2 });
  }, 600_000);
  afterAll(() => prometheus.stop());

  it('shows something in each panel of the dashboard', async () => {
    const { panels } = JSON.parse(readFileSync(join(packageRoot, 'deploy', 'grafana', 'dashboards', 'perfloop.json'), 'utf8')) as { panels: { title: string; targets?: { expr: string }[] }[] };
    const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '10m').replaceAll('$__range', '1h').replaceAll('$instance', '.*') })));
    expect(queries.length).toBeGreaterThan(20);
    const empty = async (): Promise<string[]> => {
      const results = await Promise.all(queries.map(async ({ title, expr }) => ({ title, expr, series: await prometheus.query(expr) })));
      return results.filter(({ series }) => !series.some(({ value }) => Number.isFinite(value))).map(({ title, expr }) => `${title}: ${expr}`);
    };
    await expect.poll(empty, patience).toEqual([]);
  });

  it('evaluates each alert, of metrics that are there', async () => {
    const rules = await prometheus.rules();
    expect(rules.length).toBeGreaterThan(10);
    await expect.poll(async () => (await prometheus.rules()).filter(({ health }) => health !== 'ok').map(({ name, health, lastError }) => `${name}: ${health} ${lastError ?? ''}`), patience).toEqual([]);
    const names = [...new Set(rules.flatMap(({ query }) => query.match(/\b(?:perfloop|temporal|process|nodejs|service|persistence)_[a-z_]+/g) ?? []))].filter((name) => !onlyWhenItHappens.has(name));
    const known = async (): Promise<string[]> => {
      const counts = await Promise.all(names.map(async (name) => ({ name, series: await prometheus.query(`count(${name})`) })));
      return counts.filter(({ series }) => series.length === 0).map(({ name }) => name);
    };
    expect(names.length).toBeGreaterThan(8);
    await expect.poll(known, patience).toEqual([]);
  });

  it('sees what alerts when a worker is gone, and not before', async () => {
    expect(await prometheus.query('up{job="perfloop"} == 0')).toEqual([]);
    expect(await prometheus.query('count(perfloop_build_info{role="hub"})')).toMatchObject([{ value: 1 }]);
  });

  it('holds what the unit tests of the alerts say', () => {
    execFileSync('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: prometheusFolder, stdio: ['ignore', 'pipe', 'pipe'] });
    execFileSync('promtool', ['check', 'config', 'prometheus.yml'], { cwd: prometheusFolder, stdio: ['ignore', 'pipe', 'pipe'] });
  });
});

/** Not there before the first model is asked; test/deploy holds that docs/metrics.md knows them. */
const onlyWhenItHappens = new Set(['perfloop_model_call_dollars_sum']);
