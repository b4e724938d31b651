// Writes deploy/grafana/dashboards/perfloop.json: `npx tsx scripts/dashboard.ts`. A test holds that it is up to date.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Query {
  expr: string;
  /** `{{label}}` stands for the label's value. */
  legend?: string;
}

interface Panel {
  title: string;
  /** What one reads off it, and what to do. */
  about: string;
  kind?: 'timeseries' | 'stat';
  unit?: string;
  queries: Query[];
}

const perfloop = 'job="perfloop", instance=~"$instance"';
const p95 = (metric: string, by: string, matchers = ''): string => `histogram_quantile(0.95, sum by (le, ${by}) (rate(${metric}_bucket${matchers}[$__rate_interval])))`;

const rows: { title: string; panels: Panel[] }[] = [
  {
    title: 'What it brings',
    panels: [
      { title: 'Runs that are open', kind: 'stat', about: 'By what they do now.', queries: [{ expr: 'sum by (state) (perfloop_runs_open)', legend: '{{state}}' }] },
      { title: 'Waiting for a person', kind: 'stat', about: '`perfloop approve` decides.', queries: [{ expr: 'sum(perfloop_approvals_waiting)', legend: 'waiting' }] },
      { title: 'Accepted, of the trials', kind: 'stat', unit: 'percentunit', about: 'In the time shown. A fleet in order accepts some and rejects many.', queries: [{ expr: 'sum(increase(perfloop_trials_total{verdict="accepted"}[$__range])) / sum(increase(perfloop_trials_total[$__range]))', legend: 'accepted' }] },
      { title: 'Mean gain of an accepted trial', kind: 'stat', unit: 'percentunit', about: 'In the time shown.', queries: [{ expr: 'sum(increase(perfloop_trial_speedup_ratio_sum[$__range])) / sum(increase(perfloop_trial_speedup_ratio_count[$__range])) - 1', legend: 'gain' }] },
      { title: 'Dollars', kind: 'stat', unit: 'currencyUSD', about: 'What models and agents cost, of all runs in the store.', queries: [{ expr: 'sum(perfloop_spent_dollars)', legend: 'spent' }] },
      { title: 'Trials an hour', about: 'By verdict. Inconclusive up: the hosts are noisier than they were.', queries: [{ expr: 'sum by (verdict) (rate(perfloop_trials_total[$__rate_interval])) * 3600', legend: '{{verdict}}' }] },
      { title: 'Runs that ended, an hour', about: 'By how they ended.', queries: [{ expr: 'sum by (kind, state) (rate(perfloop_runs_total[$__rate_interval])) * 3600', legend: '{{kind}} {{state}}' }] },
      { title: 'Dollars a day', unit: 'currencyUSD', about: 'By model or agent; 0 where none was asked.', queries: [{ expr: 'sum by (by) (rate(perfloop_model_call_dollars_sum[$__rate_interval])) * 86400 or vector(0)', legend: '{{by}}' }] },
    ],
  },
  {
    title: 'Where the time goes',
    panels: [
      { title: 'Phases, 95th percentile', unit: 's', about: 'Of the runs. The alert compares them with the week before.', queries: [{ expr: p95('perfloop_phase_seconds', 'phase'), legend: '{{phase}}' }] },
      { title: 'Work waits in its queue, 95th percentile', unit: 's', about: 'Of a tag: more hosts of that kind. Of a host or bench: it has more to do than slots.', queries: [{ expr: p95('perfloop_queue_wait_seconds', 'queue'), legend: '{{queue}}' }] },
      { title: 'Work waits for its host, 95th percentile', unit: 's', about: 'Builds wait while a benchmark samples, and it for them: many trials at once on one host.', queries: [{ expr: p95('perfloop_host_lock_wait_seconds', 'mode'), legend: '{{mode}}' }] },
      { title: 'Use of the devices', unit: 'percentunit', about: 'Share of the time in which something measured. Near 1: that kind of host is what bounds the fleet.', queries: [{ expr: `sum by (instance, device) (rate(perfloop_device_busy_seconds_sum{${perfloop}}[$__rate_interval]))`, legend: '{{instance}} {{device}}' }] },
      { title: 'Samples a minute', about: 'By what they were for.', queries: [{ expr: 'sum by (stage) (rate(perfloop_samples_total[$__rate_interval])) * 60', legend: '{{stage}}' }] },
      { title: 'Activities that fail', unit: 'percentunit', about: 'Share of those of one kind, each worker.', queries: [{ expr: 'sum by (activity) (rate(perfloop_activity_seconds_count{outcome="failed"}[$__rate_interval])) / sum by (activity) (rate(perfloop_activity_seconds_count[$__rate_interval])) or vector(0)', legend: '{{activity}}' }] },
    ],
  },
  {
    title: 'The workers',
    panels: [
      { title: 'Memory', unit: 'bytes', about: 'An alert at 450 MB, and at growth of 10 MB an hour.', queries: [{ expr: `process_resident_memory_bytes{${perfloop}}`, legend: '{{instance}}' }] },
      { title: 'Processor', unit: 'percentunit', about: 'Of one core, without the commands of targets.', queries: [{ expr: `rate(process_cpu_seconds_total{${perfloop}}[$__rate_interval])`, legend: '{{instance}}' }] },
      { title: 'Event loop lag, 99th percentile', unit: 's', about: 'Five seconds are a dead worker to the server.', queries: [{ expr: `nodejs_eventloop_lag_seconds{quantile="0.99", ${perfloop}}`, legend: '{{instance}}' }] },
      { title: 'Free slots', about: 'Of each queue. 0 for long: the host takes no more of that work.', queries: [{ expr: `min by (instance, task_queue, worker_type) (temporal_worker_task_slots_available{${perfloop}})`, legend: '{{instance}} {{task_queue}} {{worker_type}}' }] },
      { title: 'Decisions of runs wait for a worker, 95th percentile', unit: 's', about: 'Over a second for long: more workers, of any kind.', queries: [{ expr: 'histogram_quantile(0.95, sum by (le) (rate(temporal_workflow_task_schedule_to_start_latency_seconds_bucket[$__rate_interval])))', legend: 'workflow tasks' }] },
      { title: 'Knowledge base', unit: 'bytes', about: 'The SQLite file of the hub.', queries: [{ expr: 'perfloop_store_bytes', legend: '{{instance}}' }] },
    ],
  },
  {
    title: 'The server',
    panels: [
      { title: 'Requests a second', unit: 'reqps', about: 'That the frontend answers.', queries: [{ expr: 'sum by (operation) (rate(service_requests{job="temporal", service_name="frontend"}[$__rate_interval]))', legend: '{{operation}}' }] },
      { title: 'Requests, 95th percentile', unit: 's', about: 'Without polls, which are meant to wait.', queries: [{ expr: p95('service_latency', 'operation', '{job="temporal", service_name="frontend", operation!~"Poll.*|.*History"}'), legend: '{{operation}}' }] },
      { title: 'Database, 95th percentile', unit: 's', about: 'The first to be full as the fleet grows: docs/production.md.', queries: [{ expr: p95('persistence_latency', 'operation', '{job="temporal"}'), legend: '{{operation}}' }] },
      { title: 'Database, requests a second', unit: 'reqps', about: 'A shard costs some while it rests, too.', queries: [{ expr: 'sum by (service_name) (rate(persistence_requests{job="temporal"}[$__rate_interval]))', legend: '{{service_name}}' }] },
    ],
  },
];

const columns = 24;

function panelsOf(): object[] {
  let id = 0;
  let y = 0;
  const placed: object[] = [];
  for (const row of rows) {
    placed.push({ id: ++id, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y: y++, w: columns, h: 1 }, panels: [] });
    for (const kind of ['stat', 'timeseries'] as const) {
      const panels = row.panels.filter((panel) => (panel.kind ?? 'timeseries') === kind);
      const perLine = kind === 'stat' ? panels.length : Math.min(3, panels.length);
      const height = kind === 'stat' ? 4 : 8;
      for (const [index, panel] of panels.entries()) {
        const width = Math.floor(columns / perLine);
        placed.push(drawn(panel, ++id, { x: (index % perLine) * width, y: y + Math.floor(index / perLine) * height, w: width, h: height }));
      }
      y += Math.ceil(panels.length / Math.max(1, perLine)) * height;
    }
  }
  return placed;
}

const datasource = { type: 'prometheus', uid: 'prometheus' };

function drawn({ title, about, kind = 'timeseries', unit = 'short', queries }: Panel, id: number, gridPos: object): object {
  const targets = queries.map(({ expr, legend = '' }, index) => ({ refId: String.fromCharCode(65 + index), datasource, expr, legendFormat: legend, range: kind === 'timeseries', instant: kind === 'stat' }));
  return { id, type: kind, title, description: about, datasource, gridPos, targets, fieldConfig: { defaults: { unit, min: 0 }, overrides: [] }, options: kind === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'] }, textMode: 'value_and_name' } : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } } };
}

/** The text of the file. */
export function dashboard(): string {
  const instance = { name: 'instance', label: 'worker', type: 'query', datasource, query: 'label_values(perfloop_build_info, instance)', refresh: 2, multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } };
  const whole = { uid: 'perfloop', title: 'perfloop', tags: ['perfloop'], timezone: 'browser', schemaVersion: 41, refresh: '30s', time: { from: 'now-24h', to: 'now' }, templating: { list: [instance] }, panels: panelsOf() };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(fileURLToPath(new URL('../deploy/grafana/dashboards/perfloop.json', import.meta.url)), dashboard());
