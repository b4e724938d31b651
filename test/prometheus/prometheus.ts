import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { onPath } from '../../src/worker/engine/binary-places.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { freePort } from '../../src/worker/engine/ports.js';

export const prometheusFolder = join(packageRoot, 'deploy', 'prometheus');

export interface Series {
  labels: Record<string, string>;
  value: number;
}

export interface Prometheus {
  query(expr: string): Promise<Series[]>;
  rules(): Promise<{ name: string; query: string; health: string; lastError?: string }[]>;
  stop: () => Promise<void>;
}

/** Null, or what is missing and how to get it. */
export function missingPrometheus(): string | null {
  const absent = ['prometheus', 'promtool'].filter((name) => onPath(name, process.env) === null);
  return absent.length === 0 ? null : `${absent.join(' and ')} not on PATH: \`apt-get install prometheus\`, \`brew install prometheus\`, or a release of https://prometheus.io/download`;
}

/** Prometheus with the config of deploy/, but for where its jobs' targets are and how often they are asked. */
export async function startPrometheus(targets: Record<string, string>): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-prometheus-'));
  const config = parse(readFileSync(join(prometheusFolder, 'prometheus.yml'), 'utf8')) as { global: object; rule_files: string[]; scrape_configs: { job_name: string }[] };
  const address = `127.0.0.1:${await freePort([])}`;
  const own = {
    ...config,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: config.rule_files.map((file) => join(prometheusFolder, file)),
    scrape_configs: config.scrape_configs.map(({ job_name }) => ({ job_name, static_configs: [{ targets: [targets[job_name] ?? address] }] })),
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(own));
  const log = openSync(join(folder, 'log'), 'a');
  const child = spawn('prometheus', [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`], { stdio: ['ignore', log, log] });
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`http://${address}/api/v1/${path}`);
    const { data, error } = (await answer.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(`${decodeURIComponent(path)}: ${error}`);
    return data;
  };
  const prometheus: Prometheus = {
    async query(expr) {
      const { resultType, result } = await ask<{ resultType: string; result: { metric: Record<string, string>; value: [number, string] }[] }>(`query?query=${encodeURIComponent(expr)}`);
      if (resultType !== 'vector') throw new Error(`${expr} gives a ${resultType}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    rules: async () => (await ask<{ groups: { rules: { name: string; query: string; health: string; lastError?: string }[] }[] }>('rules')).groups.flatMap(({ rules }) => rules),
    async stop() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  for (const began = performance.now(); ; await sleep(200)) {
    if (await prometheus.query('vector(1)').then(() => true, () => false)) return prometheus;
    if (child.exitCode !== null || performance.now() - began > 60_000) throw new Error(`Prometheus does not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-3000)}`);
  }
}
