import { hostname } from 'node:os';
import type { HostAdvert } from '../core/hosts/host-record.js';
import { queues } from '../core/queues.js';
import type { Fingerprint } from '../measure/fingerprint.js';
import { currentBuild } from './engine/package-paths.js';

interface Offered {
  host: string;
  tags: readonly string[];
  devices: readonly string[];
  hub: boolean;
  runs: number;
  queuePrefix: string;
}

/** What this worker tells of its machine, for the list of hosts. */
export function advertOf({ host, tags, devices, hub, runs, queuePrefix }: Offered, { cpu, memoryBytes, os, gpus }: Fingerprint): HostAdvert {
  const gpuOf = (name: string) => gpus[Number(/^gpu(\d+)$/.exec(name)?.[1] ?? Number.NaN)];
  return {
    v: 1,
    host,
    hostname: hostname(),
    tags: [...tags],
    devices: devices.map((name) => ({ name, model: gpuOf(name)?.name ?? cpu.model, memory: gpuOf(name)?.memory ?? null })),
    cpu: { model: cpu.model, cores: cpu.cores, usable: cpu.usable },
    memoryBytes,
    kernel: `${os.platform} ${os.kernel} ${os.arch}`,
    driver: gpus[0]?.driver ?? null,
    cuda: gpus[0]?.cuda ?? null,
    node: process.version,
    perfloop: currentBuild().version,
    pid: process.pid,
    hub,
    runs,
    queue: queues.host(queuePrefix, host),
    startedAt: Date.now(),
  };
}
