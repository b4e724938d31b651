import { z } from 'zod';

const gpu = z.object({
  name: z.string(),
  driver: z.string(),
  /** The newest version of CUDA that the driver knows. Absent in fingerprints of earlier versions. */
  cuda: z.string().nullable().optional(),
  /** Such as `81920 MiB`. */
  memory: z.string(),
  /** MHz of the streaming multiprocessors: when it was read, and at most. */
  smMhz: z.number().nullable().optional(),
  maxSmMhz: z.number().nullable().optional(),
  /** What holds the clocks down, less being idle: `sw_power_cap`, `hw_thermal_slowdown`. Null: not told. */
  throttled: z.array(z.string()).nullable().optional(),
  temperatureC: z.number().nullable().optional(),
  powerLimitW: z.number().nullable().optional(),
  persistence: z.boolean().nullable().optional(),
  mig: z.boolean().nullable().optional(),
  /** Names of the programs that use it, without their folders. Null: not told. */
  programs: z.array(z.string()).nullable().optional(),
});

/**
 * What a measurement depends on besides the code; holds no names of people, hosts or paths. What a machine does not tell is
 * null, and what an earlier version did not ask is absent.
 */
export const fingerprintSchema = z.object({
  v: z.literal(1).optional(),
  cpu: z.object({
    model: z.string(),
    cores: z.number(),
    usable: z.number(),
    /** Frequency governor; several where the cores differ. */
    governor: z.string().nullable(),
    turbo: z.boolean().nullable(),
    maxMhz: z.number().nullable().optional(),
    threadsPerCore: z.number().nullable().optional(),
    numaNodes: z.number().nullable().optional(),
    /** Whether this is a virtual machine. */
    virtual: z.boolean().nullable().optional(),
  }),
  memoryBytes: z.number(),
  swap: z.object({ bytes: z.number(), usedBytes: z.number() }).nullable().optional(),
  /** Whether addresses are drawn at random for each process. */
  addressRandomization: z.boolean().nullable().optional(),
  os: z.object({ platform: z.string(), arch: z.string(), kernel: z.string() }),
  container: z.object({
    /** CPUs' worth of time that may be used; null: no limit. */
    cpus: z.number().nullable(),
    memoryBytes: z.number().nullable(),
  }),
  /** Load averages over 1, 5 and 15 minutes. */
  load: z.array(z.number()),
  /** What `--version` says, of the programs that the commands of the target use; those that are not there are left out. */
  versions: z.record(z.string(), z.string()),
  gpus: z.array(gpu),
  /** Hash of the host's name: tells hosts apart without naming them. */
  host: z.string(),
});

export type Fingerprint = z.infer<typeof fingerprintSchema>;
export type Gpu = z.infer<typeof gpu>;
