import type { RunStatus } from '../status.js';
import { deviceName, type Lease } from './lease.js';

/** A device that samples of a run were taken on. */
export interface Machine {
  /** As pairs name it: `3f2a1b4c5d6e/gpu0`. */
  device: string;
  /** The kind of machine that was asked for, such as `cpu` or `gpu.h100`. */
  tag: string;
  /** Models; null where there is none, or a worker of an earlier version does not tell. */
  gpu: string | null;
  cpu: string | null;
  hostname: string | null;
}

/** Notes that samples were taken under this lease. Gives the name of the device. */
export function noteMachine(status: Pick<RunStatus, 'machines'>, lease: Lease): string {
  const device = deviceName(lease);
  const { tag, gpu, cpu = null, hostname = null } = lease;
  const { machines = [] } = status;
  if (!machines.some((machine) => machine.device === device)) status.machines = [...machines, { device, tag, gpu, cpu, hostname }];
  return device;
}

/** `NVIDIA H100 80GB HBM3 with AMD EPYC 9654 (kind gpu.h100), host ada, 3f2a1b4c5d6e/gpu0`. Not `named`: without the host's name, for what others than its owners read. */
export function machineText({ device, tag, gpu, cpu, hostname }: Machine, { named }: { named: boolean }): string {
  const models = [gpu, cpu].filter((model) => model !== null).join(' with ');
  return [`${models === '' ? 'unknown model' : models} (kind ${tag})`, ...(named && hostname !== null ? [`host ${hostname}`] : []), device].join(', ');
}
