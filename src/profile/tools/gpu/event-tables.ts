/** A table of events, as an import makes it. */
export interface EventTable {
  /** What its rows are, for people. */
  what: string;
  /** What its index orders the starts by; there are few of each. Null for the profiler's own work, which no one's time counts from. */
  owner: 'deviceId' | 'globalTid' | 'globalPid' | null;
  /** Whether events have an end: samples and the like have none. */
  ends: boolean;
}

/** In the order in which a reader asks for them. */
export const eventTables: Readonly<Record<string, EventTable>> = {
  CUPTI_ACTIVITY_KIND_KERNEL: { what: 'kernels', owner: 'deviceId', ends: true },
  CUPTI_ACTIVITY_KIND_GRAPH_TRACE: { what: 'CUDA graphs, traced as a whole', owner: 'deviceId', ends: true },
  CUPTI_ACTIVITY_KIND_MEMCPY: { what: 'copies', owner: 'deviceId', ends: true },
  CUPTI_ACTIVITY_KIND_MEMSET: { what: 'sets of memory', owner: 'deviceId', ends: true },
  CUPTI_ACTIVITY_KIND_RUNTIME: { what: 'calls of CUDA', owner: 'globalTid', ends: true },
  CUPTI_ACTIVITY_KIND_SYNCHRONIZATION: { what: 'synchronizations', owner: 'deviceId', ends: true },
  CUPTI_ACTIVITY_KIND_OVERHEAD: { what: 'the profiler\'s own work on CUDA', owner: null, ends: true },
  PROFILER_OVERHEAD: { what: 'the profiler\'s own work', owner: null, ends: true },
  NVTX_EVENTS: { what: 'ranges and marks', owner: 'globalTid', ends: true },
  OSRT_API: { what: 'calls of the operating system', owner: 'globalTid', ends: true },
  COMPOSITE_EVENTS: { what: 'samples of the host\'s code', owner: 'globalTid', ends: false },
  SCHED_EVENTS: { what: 'threads given and taken a CPU', owner: 'globalTid', ends: false },
  CUDA_GPU_MEMORY_USAGE_EVENTS: { what: 'allocations on devices', owner: 'deviceId', ends: false },
  CUDA_UM_GPU_PAGE_FAULT_EVENTS: { what: 'page faults of unified memory on devices', owner: 'globalPid', ends: true },
  CUDA_UM_CPU_PAGE_FAULT_EVENTS: { what: 'page faults of unified memory on the host', owner: 'globalPid', ends: false },
};
