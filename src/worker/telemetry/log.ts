import { inspect } from 'node:util';
import { DefaultLogger, type LogEntry, type LogLevel, type LogMetadata } from '@temporalio/worker';
import { PerfloopError } from '../../core/errors.js';
import { redactorOf, type Redactor } from '../../models/redact.js';

const levels: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/**
 * The worker's log on stderr, without secrets: for people, or with PERFLOOP_LOG=json a JSON object a line. PERFLOOP_LOG_LEVEL
 * says from which level on; by default `warn`, of JSON `info`. Throws PL_LOG.
 */
export function workerLog(env: NodeJS.ProcessEnv, write: (line: string) => void = (line) => void process.stderr.write(line)): DefaultLogger {
  const format = env['PERFLOOP_LOG'] || 'text';
  if (format !== 'text' && format !== 'json') throw new PerfloopError('PL_LOG', `there is no log in the format ${JSON.stringify(format)}`, { where: 'PERFLOOP_LOG', fix: 'Set it to json or text.' });
  const wanted = env['PERFLOOP_LOG_LEVEL'] || (format === 'json' ? 'info' : 'warn');
  const level = levels.find((one) => one === wanted.toUpperCase());
  if (level === undefined) throw new PerfloopError('PL_LOG', `there is no level ${JSON.stringify(wanted)}`, { where: 'PERFLOOP_LOG_LEVEL', fix: `Set it to one of ${levels.join(', ').toLowerCase()}.` });
  const redactor = redactorOf(env);
  return new WorkerLogger(level, (entry) => write(format === 'json' ? jsonLine(entry, redactor) : textLine(entry, redactor)));
}

/** Each queue of perfloop is of workflows or of activities. The SDK takes that for a mistake, and has no setting that says otherwise. */
const byDesign = new Set(['No activities registered, not polling for activity tasks', 'No workflows registered, not polling for workflow tasks']);

class WorkerLogger extends DefaultLogger {
  override log(level: LogLevel, message: string, meta?: LogMetadata): void {
    super.log(level === 'WARN' && byDesign.has(message) ? 'DEBUG' : level, message, meta);
  }
}

/** A line of the worker itself: as it is for people, like any other for machines. */
export function say(env: NodeJS.ProcessEnv, text: string, level: 'info' | 'warn' = 'info'): void {
  if (env['PERFLOOP_LOG'] === 'json') workerLog(env)[level](text);
  else console.log(text);
}

/** Why the worker ends. */
export function sayFailure(env: NodeJS.ProcessEnv, error: unknown): void {
  if (env['PERFLOOP_LOG'] === 'json') workerLog({ ...env, PERFLOOP_LOG_LEVEL: 'error' }).error('the worker ends', { error });
  else if (error instanceof PerfloopError) console.error(`error ${error.code}: ${error.message}${error.fix === undefined ? '' : `\n  ${error.fix}`}`);
  else console.error(error);
}

function textLine({ level, timestampNanos, message, meta }: LogEntry, redactor: Redactor): string {
  const more = meta === undefined ? '' : ` ${inspect(meta, { depth: 4, breakLength: Infinity })}`;
  return `${redactor.text(`${timeOf(timestampNanos)} [${level}] ${message}${more}`)}\n`;
}

function jsonLine({ level, timestampNanos, message, meta = {} }: LogEntry, redactor: Redactor): string {
  const { workflowId, activityType, attempt, workflowType, taskQueue, run, trial, error, ...more } = meta;
  const [ofRun, ofTrial] = typeof workflowId === 'string' ? workflowId.split('/') : [];
  const line = {
    time: timeOf(timestampNanos),
    level: level.toLowerCase(),
    message,
    run: run ?? ofRun,
    trial: trial ?? ofTrial,
    workflow: workflowType,
    activity: activityType,
    attempt,
    queue: taskQueue,
    ...(error === undefined ? {} : { error: errorOf(error) }),
    ...more,
  };
  return `${JSON.stringify(redactor.json(JSON.parse(JSON.stringify(line, plain)) as unknown))}\n`;
}

function timeOf(nanos: bigint): string {
  return new Date(Number(nanos / 1_000_000n)).toISOString();
}

function errorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'type' in error ? error.type : 'code' in error ? error.code : undefined;
  return { name: error.name, code, message: error.message, stack: error.stack, ...(error.cause === undefined ? {} : { cause: errorOf(error.cause) }) };
}

/** What JSON has no word for. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? errorOf(value) : value;
}
