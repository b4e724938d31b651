import type { Config, CommandSpec, MetricConfig } from './schema.js';
import type { ServiceConfig } from './service-schema.js';

/**
 * One sample of a service as a shell command: a port that nobody listens on, start, wait until ready, load, stop. What the
 * service prints goes to a file, so that it cannot print a metric; the script prints three of its own, in milliseconds:
 * `service ready`, from start to ready; `service load`, the time of the load; `service cpu`, the CPU time of all the
 * service's processes during the load, which the kernel counts in hundredths of a second.
 */
export function serviceCommand({ start, ready, load, stop, ready_timeout: timeout, cwd, env, timeout: whole }: ServiceConfig): CommandSpec {
  return { run: script({ start: quoted(start), ready: quoted(ready), load: quoted(load), stop: stop === undefined ? 'kill -TERM $(members pids)' : `sh -c ${quoted(stop)}` }, timeout), cwd, env, timeout: whole };
}

/** Without any metric of its own, a service is judged by the time of the load, and its CPU time is a guard. */
export const serviceMetrics: readonly Pick<MetricConfig, 'name' | 'pattern' | 'unit' | 'primary'>[] = [
  { name: 'load', pattern: '^service load: ([0-9.]+) ms$', unit: 'ms', primary: true },
  { name: 'service cpu', pattern: '^service cpu: ([0-9.]+) ms$', unit: 'ms', primary: false },
];

/** The config with its [service] as the benchmark that it stands for. */
export function withService(config: Config): Config {
  if (config.service === undefined) return config;
  const metrics: MetricConfig[] = serviceMetrics.map((metric) => ({ ...metric, match: 'only', goal: 'min', weight: 1, max_regression: 0.05 }));
  return { ...config, commands: { ...config.commands, benchmark: serviceCommand(config.service) }, metrics: config.metrics.length > 0 ? config.metrics : metrics };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function script({ start, ready, load, stop }: Record<'start' | 'ready' | 'load' | 'stop', string>, timeoutMs: number): string {
  return `log=$(mktemp "\${TMPDIR:-/tmp}/XXXXXXXX") || exit 97
members() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v root="$service" -v what="$1" -v hz="$(getconf CLK_TCK)" '
    { pid = $1; sub(/^.*\\) /, ""); split($0, field, " "); parent[pid] = field[2]; ticks[pid] = field[12] + field[13] + field[14] + field[15] }
    END {
      for (pid in parent) {
        above = pid
        while (above != root && above in parent && above > 1) above = parent[above]
        if (above == root) { sum += ticks[pid]; if (what == "pids") printf "%s ", pid }
      }
      if (what != "pids") printf "%d", sum * 1000 / hz
    }'
}
now() { date +%s%N | cut -c 1-16; }
fail() { echo "$1" >&2; tail -n 20 "$log" >&2; rm -f "$log"; exit "$2"; }
tries=0
while :; do
  PORT=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000)); export PORT
  sh -c ${ready} >/dev/null 2>&1 || break
  tries=$((tries + 1)); [ $tries -lt 20 ] || fail "\\\`ready\\\` says that a service is there before it was started" 97
done
began=$(now)
sh -c ${start} >"$log" 2>&1 &
service=$!
until sh -c ${ready} >/dev/null 2>&1; do
  kill -0 $service 2>/dev/null || fail "the service ended before it was ready" 97
  [ $(( ($(now) - began) / 1000 )) -lt ${timeoutMs} ] || { kill -KILL $(members pids) 2>/dev/null; fail "the service was not ready after ${timeoutMs / 1000} s" 97; }
  sleep 0.05
done
up=$(now); before=$(members cpu)
sh -c ${load}; code=$?
down=$(now); after=$(members cpu)
kill -0 $service 2>/dev/null || fail "the service ended during the load" 97
left=$(members pids)
${stop} >/dev/null 2>&1
tries=0
while kill -0 $service 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
kill -KILL $left 2>/dev/null
rm -f "$log"
[ $code -eq 0 ] || exit $code
awk -v ready=$((up - began)) -v took=$((down - up)) -v cpu=$((after - before)) 'BEGIN { printf "service ready: %.1f ms\\nservice load: %.3f ms\\nservice cpu: %.1f ms\\n", ready / 1000, took / 1000, cpu }'`;
}
