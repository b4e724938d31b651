import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Home } from '../../store/home.js';
import { engineLog } from './logs.js';
import { supervisorScript } from './package-paths.js';

export interface LaunchOptions {
  home: Home;
  env: NodeJS.ProcessEnv;
  binary: string;
  /** Runs in the place of perfloop's own worker. */
  workerScript?: string;
}

/** A supervisor on its way: `exitCode` stays null while it lives, and is 0 when somebody asked it to stop. */
export interface Launched {
  pid: number | undefined;
  exitCode: number | null;
}

/** Starts a supervisor that outlives this process and its terminal. */
export function launchSupervisor(options: LaunchOptions): Launched {
  const { home, env } = options;
  const log = openSync(engineLog(home, 'supervisor'), 'a');
  const script = options.workerScript === undefined ? [] : ['--worker-script', options.workerScript];
  const child = spawn(process.execPath, [supervisorScript, '--binary', options.binary, ...script], {
    cwd: home.root,
    detached: true,
    env: { ...env, PERFLOOP_HOME: home.root, PERFLOOP_ARTIFACTS: home.artifacts },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const launched: Launched = { pid: child.pid, exitCode: null };
  child.once('error', () => (launched.exitCode = 1));
  child.once('exit', (code) => (launched.exitCode = code ?? 1));
  child.unref();
  return launched;
}
