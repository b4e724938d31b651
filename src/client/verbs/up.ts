import type { Home } from '../../store/home.js';
import { ensureEngine, holdEngine, type Engine, type EnsureOptions } from '../../worker/engine/engine.js';
import { engineLog, readFrom, sizeOf, type LogName } from '../../worker/engine/logs.js';
import type { EngineProgress } from '../../worker/engine/progress.js';
import { stopEngine } from '../../worker/engine/stop.js';

export interface UpOptions {
  home: Home;
  env: NodeJS.ProcessEnv;
  /** Ports that the user named. */
  port?: number;
  uiPort?: number;
  workerScript?: string;
}

export interface UpIo {
  onProgress: (progress: EngineProgress) => void;
  /** Called once, when everything serves. */
  onReady: (engine: Engine) => void;
  /** A line that a part of the engine logged since then. */
  onLog: (part: LogName, line: string) => void;
  /** The engine could not be brought back; it is tried again every second. */
  onTrouble: (error: unknown) => void;
  /** Ctrl-C: stops the engine and ends `up`. */
  signal: AbortSignal;
}

export interface UpResult {
  address: string;
  uiUrl: string;
  namespace: string;
  /** `signal`: by us, on Ctrl-C. `elsewhere`: somebody ran `perfloop down`. */
  stopped: 'signal' | 'elsewhere';
}

const logNames = ['supervisor', 'server', 'worker'] as const;
const logEveryMs = 250;

/** Runs the local engine while a person looks on: starts it or joins the one that runs, shows its logs, stops it on the signal. */
export async function up(options: UpOptions, io: UpIo): Promise<UpResult> {
  const { home, env } = options;
  const ports = { ...(options.port === undefined ? {} : { server: options.port }), ...(options.uiPort === undefined ? {} : { ui: options.uiPort }) };
  const ensure: EnsureOptions = { home, env, ports, onProgress: io.onProgress, ...(options.workerScript === undefined ? {} : { workerScript: options.workerScript }) };
  const engine = await ensureEngine({ ...ensure, signal: io.signal }).catch(async (error: unknown) => {
    if (io.signal.aborted) await stopEngine(home);
    throw error;
  });
  const logs = followLogs(home, io.onLog);
  io.onReady(engine);
  const stopped = await ended(ensure, io);
  logs.hide('server');
  await stopEngine(home);
  logs.end();
  return { address: engine.address, uiUrl: engine.uiUrl, namespace: engine.namespace, stopped };
}

async function ended(ensure: EnsureOptions, io: UpIo): Promise<UpResult['stopped']> {
  // The held engine's timer does not keep the process alive; this one does.
  const alive = setInterval(() => undefined, 60_000);
  let letGo: () => Promise<void> = async () => undefined;
  const stopped = await new Promise<UpResult['stopped']>((resolve) => {
    io.signal.addEventListener('abort', () => resolve('signal'), { once: true });
    if (io.signal.aborted) resolve('signal');
    letGo = holdEngine(ensure, io.onTrouble, () => resolve('elsewhere'));
  });
  clearInterval(alive);
  await letGo();
  return stopped;
}

/**
 * Gives the lines that the logs get from now on; `end` gives the last ones. `hide` leaves one out: a server that is being
 * stopped warns of its own connections for seconds, and the file has it.
 */
function followLogs(home: Home, onLog: UpIo['onLog']): { hide: (part: LogName) => void; end: () => void } {
  const hidden = new Set<LogName>();
  const logs = logNames.map((part) => ({ part, file: engineLog(home, part), offset: sizeOf(engineLog(home, part)), begun: '' }));
  const read = (): void => {
    for (const log of logs) {
      const { text, offset } = readFrom(log.file, log.offset);
      const lines = `${log.begun}${text}`.split('\n');
      log.offset = offset;
      log.begun = lines.pop() ?? '';
      if (!hidden.has(log.part)) for (const line of lines) onLog(log.part, line);
    }
  };
  const timer = setInterval(read, logEveryMs);
  return {
    hide(part) {
      read();
      hidden.add(part);
    },
    end() {
      clearInterval(timer);
      read();
    },
  };
}
