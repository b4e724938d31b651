import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { judge } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { openStoreReader } from '../../src/store/reader.js';
import Database from '../../src/store/sqlite.js';
import { engineStatus } from '../../src/worker/engine/engine.js';
import { otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { engineLog } from '../../src/worker/engine/logs.js';
import { freePort, scrapeUntil, sumOf } from '../support/scrape.js';
import { makeTarget, sharedEngine } from './shared.js';
import { effect, scoreScript } from './target.js';

const address = `127.0.0.1:${await freePort()}`;
const receiver = await otlpReceiver();
const engine = sharedEngine({ PERFLOOP_METRICS: address, PERFLOOP_METRICS_TARGETS: '1', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, PERFLOOP_LOG: 'json', PERFLOOP_LOG_LEVEL: 'debug' });
afterAll(() => receiver.close());

const config = `[target]
name = "tiny"
[commands]
benchmark = "sh bench/score.sh"
test = "true"
[verdict]
protocol = "fixed"
warmups = 0
runs = 8
builds = 1
noise_pairs = 4
[[metrics]]
name = "score"
pattern = "score: ([0-9.]+)"
goal = "max"
`;

describe('the metrics of a worker', () => {
  const target = makeTarget((outside) => ({ 'src/work.js': 'const ms = 60;\n', 'bench/score.sh': `${scoreScript}${effect(outside, '${TRACEPARENT:-untraced}')}\n`, 'perfloop.toml': config }));
  let status: RunStatus;

  it('say after a run what the store says', async () => {
    target.write({ 'src/work.js': 'const ms = 20;\n' });
    const watched = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE' });
    if (watched.status === null) throw new Error('it was left');
    const ended = await scrapeUntil(address, 'the end of the run', (series) => sumOf(series, 'perfloop_runs_total') === 1);
    const store = openStoreReader(engine.home);
    status = store?.runStatus(watched.run) as RunStatus;
    store?.close();

    expect(ended.get('perfloop_runs_total{kind="judge",state="done",target="tiny"}')).toBe(1);
    expect(ended.get('perfloop_trials_total{proposer="judge",target="tiny",verdict="accepted"}')).toBe(1);
    expect(ended.get('perfloop_trial_speedup_ratio_sum{proposer="judge",target="tiny"}')).toBeCloseTo(status.trials[0]?.verdict?.measured?.ratio ?? 0);
    expect(sumOf(ended, 'perfloop_run_seconds_sum')).toBeCloseTo(((status.endedAt ?? 0) - status.startedAt) / 1000);
    expect(sumOf(ended, 'perfloop_samples_total')).toBe(status.samplesSpent);
    // On a busy machine pairs are set aside, and taken again.
    expect(status.samplesSpent).toBeGreaterThanOrEqual(24);

    const db = new Database(engine.home.db, { readonly: true });
    const times = db.prepare<[], { phase: string; spells: number; seconds: number }>('SELECT phase, count(*) AS spells, sum(ended - began) / 1000.0 AS seconds FROM times GROUP BY phase').all();
    db.close();
    expect(times.map(({ phase }) => phase).sort()).toEqual(['execute', 'start', 'warmup']);
    for (const { phase, spells, seconds } of times) {
      expect(ended.get(`perfloop_phase_seconds_count{phase="${phase}",target="tiny"}`)).toBe(spells);
      expect(ended.get(`perfloop_phase_seconds_sum{phase="${phase}",target="tiny"}`)).toBeCloseTo(seconds);
    }
    // Phases follow each other without a gap.
    expect(times.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(((status.endedAt ?? 0) - status.startedAt) / 1000);
  });

  it('are those of the worker and those of the SDK at one address, and hold no id', async () => {
    const series = await scrapeUntil(address, 'both', () => true);
    expect(sumOf(series, 'temporal_workflow_completed_total', { workflow_type: 'judge' })).toBe(1);
    expect(sumOf(series, 'temporal_activity_schedule_to_start_latency_seconds_count')).toBe(sumOf(series, 'perfloop_queue_wait_seconds_count'));
    expect(sumOf(series, 'perfloop_device_busy_seconds_count', { device: 'cpu' })).toBe(sumOf(series, 'perfloop_queue_wait_seconds_count', { queue: 'bench' }));
    expect(sumOf(series, 'perfloop_host_lock_wait_seconds_count', { mode: 'exclusive' })).toBeGreaterThan(0);
    expect(sumOf(series, 'process_resident_memory_bytes')).toBeGreaterThan(50e6);
    expect(series.has('nodejs_eventloop_lag_seconds{quantile="0.99"}')).toBe(true);
    expect(sumOf(series, 'perfloop_build_info', { role: 'hub' })).toBe(1);
    expect([...series.keys()].filter((key) => key.includes(status.run) || key.includes(status.target.base))).toEqual([]);
  });

  it('go with one trace that spans client, workflows, activities and commands', async () => {
    const named = (name: string): ReceivedSpan[] => receiver.spans.filter((span) => span.name === name);
    for (const began = performance.now(); (named('judge').length === 0 || named('start judge').length === 0) && performance.now() - began < 60_000; await sleep(100));
    const [start] = named('start judge');
    expect(start).toMatchObject({ parentSpanId: null, service: 'perfloop', failed: false, attributes: { 'temporal.workflow.id': status.run } });
    // Each is a child of the one before it.
    const byId = new Map(receiver.spans.map((span) => [span.spanId, span]));
    const above = (span: ReceivedSpan | undefined): string[] => (span === undefined ? [] : [span.name, ...above(byId.get(span.parentSpanId ?? ''))]);
    const builds = named('command smoke').concat(named('command test'), named('command build')).map(above);
    expect(above(named('sampleStage')[0])).toEqual(['sampleStage', 'trial', 'judge', 'start judge']);
    expect(above(named('recordRun')[0])).toEqual(['recordRun', 'judge', 'start judge']);
    expect(builds).toContainEqual(['command test', 'runCommand', 'judge', 'start judge']);
    expect(new Set(receiver.spans.filter(({ attributes }) => String(attributes['temporal.workflow.id']).startsWith(status.run)).map(({ traceId }) => traceId))).toEqual(new Set([start?.traceId]));
    expect(receiver.requests.every((request) => request.status === 200)).toBe(true);
    // Nothing that a trace costs comes between two samples, and no sample knows that it is traced.
    expect(receiver.spans.filter(({ name }) => name.endsWith('sample'))).toEqual([]);
    expect(target.effects().filter((line) => line !== 'untraced')).toEqual([]);
    expect(target.effects().length).toBeGreaterThan(24);
  });

  it('go with a log of JSON lines, with run, trial, step, activity and attempt', () => {
    const lines = readFileSync(engineLog(engine.home, 'worker'), 'utf8').split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (activity: string): Record<string, unknown>[] => lines.filter((line) => line['activity'] === activity && line['run'] === status.run);
    expect(of('sampleStage')).toContainEqual(expect.objectContaining({ trial: status.trials[0]?.id, attempt: 1, level: 'debug' }));
    expect(of('measureNoise')).toContainEqual(expect.objectContaining({ step: 'warmup', attempt: 1 }));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'info', message: expect.stringMatching(/^worker \d+ of host/) as string }));
  });

  it('begin anew with a worker that was killed; the gauges of the store are right at once, and nothing is counted twice', async () => {
    const before = await engineStatus(engine.home);
    if (!before.running || before.workerPid === null) throw new Error('no worker');
    const began = sumOf(await scrapeUntil(address, 'the first worker', () => true), 'process_start_time_seconds');
    process.kill(before.workerPid, 'SIGKILL');
    const after = await scrapeUntil(address, 'the next worker', (series) => sumOf(series, 'process_start_time_seconds') > began && series.has('perfloop_leases{device="cpu"}') && series.has('perfloop_store_bytes'));
    expect(sumOf(after, 'perfloop_runs_total')).toBe(0);
    expect(sumOf(after, 'perfloop_trials_total')).toBe(0);
    expect(sumOf(after, 'perfloop_runs_open')).toBe(0);
    expect(after.get('perfloop_store_bytes')).toBeGreaterThan(0);
  });
});
