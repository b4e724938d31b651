import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Counter, Histogram, type Labels, type Meter } from '../../src/telemetry/instrument.js';
import { allMetrics, bucketsByName } from '../../src/telemetry/metrics.js';

const documented = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

test('every metric is documented with its labels, and every documented one is there', () => {
  const rows = documented.split('\n').filter((line) => /^\| `(?:perfloop|process|nodejs)_/.test(line)).map((line) => line.split(' | '));
  const told = new Map(rows.flatMap(([names = '', kind = '', labels = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, `${kind} ${[...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).join(',')}${names.includes('*') ? ' *' : ''}`])));
  const there = new Map(allMetrics.map(({ kind, declared: { name, labels = [] } }) => [name, `${kind} ${labels.filter((label) => label !== 'target').join(',')}${labels.includes('target' as never) ? ' *' : ''}`]));
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(there));
});

test('names follow the conventions of Prometheus, and no label holds an id', () => {
  for (const { kind, declared: { name, labels = [] } } of allMetrics) {
    expect(name).toMatch(/^(?:perfloop|process|nodejs)_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(kind === 'counter');
    if (kind === 'histogram') expect(name).toMatch(/_(?:seconds|ratio|dollars)$/);
    for (const label of labels as readonly string[]) expect(['run', 'trial', 'host', 'commit', 'id', 'le']).not.toContain(label);
  }
  for (const [name, bounds] of Object.entries(bucketsByName())) expect(bounds, name).toEqual([...new Set(bounds)].sort((one, other) => one - other));
});

test('a label has at most 40 values in a process, and the target only where it is asked for', () => {
  const written: { value: number; tags: Labels }[] = [];
  const counter = new Counter({ name: 'perfloop_things_total', help: '', labels: ['kind', 'target'] });
  counter.add(1, { kind: 'nobody measures yet', target: 'a' });
  counter.bind(meter(written), new Set(['target']));
  for (let index = 0; index < 50; index += 1) counter.add(1, { kind: `kind ${index}`, target: `target ${index}` });
  counter.add(2, { kind: 'kind 3', target: '' });
  expect(new Set(written.map(({ tags }) => tags['kind'])).size).toBe(41);
  expect(written.filter(({ tags }) => tags['kind'] === 'other')).toHaveLength(10);
  expect(written.at(-1)).toEqual({ value: 2, tags: { kind: 'kind 3' } });
});

test('what is no number is not observed, and nothing is observed below zero', () => {
  const written: { value: number; tags: Labels }[] = [];
  const histogram = new Histogram({ name: 'perfloop_x_seconds', help: '', buckets: [1] });
  histogram.bind(meter(written), new Set());
  for (const value of [NaN, -0.001, 2.5]) histogram.observe(value, {});
  expect(written.map(({ value }) => value)).toEqual([0, 2.5]);
});

function meter(written: { value: number; tags: Labels }[]): Meter {
  const write = (value: number, tags: Labels = {}): void => void written.push({ value, tags });
  return { createCounter: () => ({ add: write }), createGauge: () => ({ set: write }), createHistogram: () => ({ record: write }) };
}
