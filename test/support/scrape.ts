import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A series as Prometheus reads it: `name{label="value"}`, labels in the order of their names. */
export type Scraped = ReadonlyMap<string, number>;

/** The text format of Prometheus; throws at a line that is none, and at a series that is told twice. */
export function parseMetrics(text: string): Scraped {
  const series = new Map<string, number>();
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, key = '', value = ''] = /^(\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
    if (key === '' || series.has(key)) throw new Error(`not a series, or told twice: ${line}`);
    series.set(key, value === '+Inf' ? Infinity : Number(value));
  }
  return series;
}

/** Scrapes until somebody answers and the condition holds. */
export async function scrapeUntil(address: string, what: string, holds: (series: Scraped) => boolean): Promise<Scraped> {
  let last = 'nobody answered';
  for (const began = performance.now(); performance.now() - began < 120_000; await sleep(200)) {
    const text = await fetch(`http://${address}/metrics`).then((response) => response.text(), () => null);
    if (text === null) continue;
    last = text;
    const series = parseMetrics(text);
    if (holds(series)) return series;
  }
  throw new Error(`${what}: not within two minutes: ${last}`);
}

/** The sum over all series of a name that have these labels. */
export function sumOf(series: Scraped, name: string, labels: Readonly<Record<string, string>> = {}): number {
  let sum = 0;
  for (const [key, value] of series) {
    if ((key === name || key.startsWith(`${name}{`)) && Object.entries(labels).every(([label, wanted]) => key.includes(`${label}="${wanted}"`))) sum += value;
  }
  return sum;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
