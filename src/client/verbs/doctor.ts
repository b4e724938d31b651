import { exitCodes } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import type { ConnectionRequest } from '../../worker/connection.js';
import type { Check } from '../doctor/check.js';
import { artifactsCheck } from '../doctor/artifacts.js';
import { limitsCheck } from '../doctor/limits.js';
import { homeCheck, measuringChecks } from '../doctor/machine.js';
import { ownStepsChecks } from '../doctor/own-steps.js';
import { serverChecks } from '../doctor/server.js';
import { toolChecks } from '../doctor/tools.js';

export interface DoctorOptions {
  home: Home;
  env: NodeJS.ProcessEnv;
  connection: Omit<ConnectionRequest, 'env'>;
  /** Whose config is looked at, where it is in a folder with one. */
  cwd: string;
}

export interface DoctorResult {
  /** False when something that perfloop cannot do without is missing. */
  ok: boolean;
  exitCode: number;
  checks: Check[];
}

/** Checks everything that perfloop needs or can use, and says how to mend each. Starts nothing, and leaves nothing behind. */
export async function doctor({ home, env, connection, cwd }: DoctorOptions): Promise<DoctorResult> {
  const [artifacts, tools, limits, server, machine, steps] = await Promise.all([artifactsCheck(home, env), toolChecks(), limitsCheck(), serverChecks(home, { ...connection, env }, cwd), measuringChecks(), ownStepsChecks(cwd, env)]);
  const checks = [...tools, limits, homeCheck(home), ...artifacts, ...server, ...machine, ...steps];
  const ok = checks.every(({ status }) => status !== 'fail');
  return { ok, exitCode: ok ? exitCodes.ok : exitCodes.refused, checks };
}
