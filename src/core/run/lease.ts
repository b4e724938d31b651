/** The right to use one device of one host, for one run. A newer lease of the same run makes older tokens void. */
export interface Lease {
  /** The kind of machine that was asked for, such as `cpu` or `gpu.h100`. */
  tag: string;
  host: string;
  device: string;
  token: string;
  /** The GPU's model where the host has one. */
  gpu: string | null;
  /** Model of its CPU. Absent in leases of earlier versions. */
  cpu?: string;
  /** Of the host, as its system has it. Absent in leases of earlier versions. */
  hostname?: string;
}

/** A device of all hosts, as samples name it: `3f2a1b4c5d6e/gpu0`. */
export function deviceName({ host, device }: Pick<Lease, 'host' | 'device'>): string {
  return `${host}/${device}`;
}

/** What says most about how fast it is: the model of its GPU, else of its CPU; null where a lease of earlier versions does not tell. */
export function hardwareOf({ gpu, cpu }: Lease): string | null {
  return gpu ?? cpu ?? null;
}
