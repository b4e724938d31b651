/**
 * The tables of an nsys export that perfloop keeps, with the columns that its tools read, by nsys' own names (Nsight Systems
 * User Guide, "Exporting to SQLite"). A table that the export lacks was not captured: it is not made. A column that it
 * lacks came with a later schema: it is NULL, or what `otherwise` says. Those of `needs` have to be there.
 */
export interface NsysTable {
  name: string;
  needs: readonly string[];
  columns: readonly string[];
  /** SQL over the columns of the source row, for columns of ours that nsys has under another name or not at all. */
  computed?: Readonly<Record<string, string>>;
  /** Each makes one index. */
  indexes: readonly string[];
  /** SQL over the source row: which rows are kept. Default: all. */
  keeps?: string;
}

/** A process as nsys writes it: its thread id without the lowest 24 bits. In SQL, because a JavaScript number has 53 bits. */
const processOf = (globalTid: string): string => `${globalTid} & ~0xFFFFFF`;

/** A function of SQL that an import defines: a name can be a whole command line. */
export const programNameSql = 'perfloop_program_name';

const onDevice = ['start', 'end', 'deviceId', 'contextId', 'streamId', 'correlationId', 'globalPid', 'graphNodeId', 'graphId'];
/** With all that merging spans reads, so that it reads the index alone. */
const spanOfDevice = ['deviceId, start, end, streamId', 'globalPid, correlationId'];

const tables = [
  {
    name: 'CUPTI_ACTIVITY_KIND_KERNEL',
    needs: ['start', 'end', 'deviceId', 'streamId', 'correlationId', 'demangledName', 'shortName'],
    columns: [...onDevice, 'demangledName', 'shortName', 'gridX', 'gridY', 'gridZ', 'blockX', 'blockY', 'blockZ', 'registersPerThread', 'staticSharedMemory', 'dynamicSharedMemory', 'localMemoryPerThread'],
    indexes: [...spanOfDevice, 'demangledName'],
  },
  { name: 'CUPTI_ACTIVITY_KIND_MEMCPY', needs: ['start', 'end', 'deviceId', 'streamId', 'correlationId', 'bytes', 'copyKind'], columns: [...onDevice, 'bytes', 'copyKind', 'srcKind', 'dstKind', 'srcDeviceId', 'dstDeviceId', 'migrationCause'], indexes: spanOfDevice },
  { name: 'CUPTI_ACTIVITY_KIND_MEMSET', needs: ['start', 'end', 'deviceId', 'streamId', 'correlationId', 'bytes'], columns: [...onDevice, 'bytes', 'value', 'memKind'], indexes: spanOfDevice },
  // With CUDA graphs traced as a whole, this is all that is known of the kernels in them: the device is busy.
  { name: 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE', needs: ['start', 'end', 'deviceId', 'streamId', 'correlationId'], columns: ['start', 'end', 'deviceId', 'contextId', 'streamId', 'correlationId', 'globalPid', 'graphId', 'graphExecId'], indexes: spanOfDevice },
  { name: 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION', needs: ['start', 'end', 'deviceId', 'correlationId', 'syncType'], columns: ['start', 'end', 'deviceId', 'contextId', 'streamId', 'correlationId', 'globalPid', 'syncType'], indexes: spanOfDevice },
  // Both the runtime's and the driver's calls.
  {
    name: 'CUPTI_ACTIVITY_KIND_RUNTIME',
    needs: ['start', 'end', 'globalTid', 'correlationId', 'nameId'],
    columns: ['start', 'end', 'globalTid', 'correlationId', 'nameId', 'returnValue', 'callchainId', 'eventClass'],
    computed: { globalPid: processOf('globalTid') },
    indexes: ['globalPid, correlationId', 'globalTid, start, end'],
  },
  { name: 'CUPTI_ACTIVITY_KIND_OVERHEAD', needs: ['start', 'end', 'overheadType'], columns: ['start', 'end', 'globalTid', 'nameId', 'overheadType'], indexes: [] },
  { name: 'PROFILER_OVERHEAD', needs: ['start', 'end'], columns: ['start', 'end', 'globalTid', 'nameId', 'overheadType'], indexes: [] },
  {
    name: 'NVTX_EVENTS',
    needs: ['start', 'end', 'eventType', 'text', 'globalTid'],
    columns: ['start', 'end', 'eventType', 'rangeId', 'category', 'text', 'textId', 'globalTid', 'endGlobalTid', 'domainId'],
    indexes: ['globalTid, start', 'textId'],
  },
  { name: 'OSRT_API', needs: ['start', 'end', 'globalTid', 'nameId'], columns: ['start', 'end', 'globalTid', 'nameId', 'returnValue', 'nestingLevel', 'callchainId'], indexes: ['globalTid, start'] },
  { name: 'SCHED_EVENTS', needs: ['start', 'cpu', 'isSchedIn', 'globalTid'], columns: ['start', 'cpu', 'isSchedIn', 'globalTid', 'threadState', 'threadBlock'], indexes: ['globalTid, start'] },
  { name: 'CUDA_GPU_MEMORY_USAGE_EVENTS', needs: ['start', 'globalPid', 'bytes'], columns: ['start', 'globalPid', 'deviceId', 'contextId', 'address', 'bytes', 'memKind', 'memoryOperationType', 'correlationId'], indexes: ['deviceId, start'] },
  { name: 'CUDA_UM_CPU_PAGE_FAULT_EVENTS', needs: ['start', 'globalPid'], columns: ['start', 'globalPid', 'address'], indexes: [] },
  { name: 'CUDA_UM_GPU_PAGE_FAULT_EVENTS', needs: ['start', 'globalPid'], columns: ['start', 'end', 'globalPid', 'deviceId', 'address', 'numberOfPageFaults', 'faultAccessType'], indexes: [] },
  { name: 'COMPOSITE_EVENTS', needs: ['id', 'start', 'globalTid'], columns: ['id', 'start', 'cpu', 'threadState', 'globalTid', 'cpuCycles'], indexes: ['id', 'globalTid, start'] },
  { name: 'SAMPLING_CALLCHAINS', needs: ['id', 'symbol', 'module', 'stackDepth'], columns: ['id', 'symbol', 'module', 'kernelMode', 'unresolved', 'stackDepth'], indexes: ['id, stackDepth'] },
  { name: 'CUDA_CALLCHAINS', needs: ['id', 'symbol', 'module', 'stackDepth'], columns: ['id', 'symbol', 'module', 'kernelMode', 'unresolved', 'stackDepth'], indexes: ['id, stackDepth'] },
  { name: 'OSRT_CALLCHAINS', needs: ['id', 'symbol', 'module', 'stackDepth'], columns: ['id', 'symbol', 'module', 'kernelMode', 'unresolved', 'stackDepth'], indexes: ['id, stackDepth'] },
  { name: 'PROCESSES', needs: ['globalPid', 'pid', 'name'], columns: ['globalPid', 'pid'], computed: { name: `${programNameSql}(name)` }, indexes: [] },
  { name: 'ThreadNames', needs: ['nameId', 'globalTid'], columns: ['nameId', 'priority', 'globalTid'], indexes: ['globalTid'] },
  { name: 'TARGET_INFO_GPU', needs: ['id', 'name'], columns: ['id', 'name', 'busLocation', 'totalMemory', 'memoryBandwidth', 'clockRate', 'smCount', 'computeMajor', 'computeMinor', 'chipName'], indexes: [] },
  { name: 'TARGET_INFO_CUDA_DEVICE', needs: ['gpuId', 'cudaId'], columns: ['gpuId', 'cudaId', 'pid', 'uuid', 'numMultiprocessors'], indexes: [] },
  { name: 'TARGET_INFO_CUDA_STREAM', needs: ['streamId'], columns: ['streamId', 'hwId', 'vmId', 'processId', 'contextId', 'priority', 'flag'], indexes: [] },
  // What nsys says of its own work: its messages name files and programs, and matter where they warn. 2 and 3 are warnings and errors. Their times are of several clocks.
  { name: 'DIAGNOSTIC_EVENT', needs: ['severity', 'text'], columns: ['timestamp', 'timestampType', 'source', 'severity', 'globalPid'], computed: { text: 'substr(text, 1, 1000)' }, indexes: [], keeps: 'severity IN (2, 3)' },
  { name: 'ANALYSIS_DETAILS', needs: ['duration', 'startTime', 'stopTime'], columns: ['duration', 'startTime', 'stopTime'], indexes: [] },
] as const satisfies readonly NsysTable[];

export type NsysTableName = (typeof tables)[number]['name'];

export const nsysTables: readonly (NsysTable & { name: NsysTableName })[] = tables;

/** Those whose rows are work of a device: without them an export holds nothing of a GPU. */
export const deviceTables = ['CUPTI_ACTIVITY_KIND_KERNEL', 'CUPTI_ACTIVITY_KIND_MEMCPY', 'CUPTI_ACTIVITY_KIND_MEMSET', 'CUPTI_ACTIVITY_KIND_GRAPH_TRACE', 'CUPTI_ACTIVITY_KIND_SYNCHRONIZATION'] as const;

/**
 * SQL for the processes that events are of, one a row: an export names every process of the machine. It goes from each to the next in
 * an index that begins with it, and so does not read the rows.
 */
export function processesSql(there: ReadonlySet<string>): string {
  const parts = nsysTables.filter(({ name, indexes }) => there.has(name) && name !== 'ThreadNames' && indexes.some((of) => /^global[PT]id\b/.test(of))).map(({ name, indexes }) => {
    const column = indexes.some((of) => of.startsWith('globalPid')) ? 'globalPid' : 'globalTid';
    return `SELECT pid FROM (WITH RECURSIVE each_one (pid) AS (
      SELECT MIN(${column}) & ~0xFFFFFF FROM ${name}
      UNION ALL SELECT (SELECT MIN(${column}) & ~0xFFFFFF FROM ${name} WHERE ${column} > each_one.pid | 0xFFFFFF) FROM each_one WHERE pid IS NOT NULL)
    SELECT pid FROM each_one WHERE pid IS NOT NULL)`;
  });
  return parts.length === 0 ? 'SELECT NULL AS pid WHERE 0' : parts.join(' UNION ');
}

/** All that keeps a device busy, one row a span: kernels, graphs traced as a whole, copies and sets. */
export function deviceWorkSql(there: ReadonlySet<string>): string | null {
  const kinds = { CUPTI_ACTIVITY_KIND_KERNEL: 'kernel', CUPTI_ACTIVITY_KIND_GRAPH_TRACE: 'graph', CUPTI_ACTIVITY_KIND_MEMCPY: 'memcpy', CUPTI_ACTIVITY_KIND_MEMSET: 'memset' };
  const parts = Object.entries(kinds).filter(([name]) => there.has(name)).map(([name, kind]) => `SELECT '${kind}' AS kind, rowid AS id, start, "end", deviceId, contextId, streamId, correlationId, globalPid FROM ${name}`);
  return parts.length === 0 ? null : `CREATE VIEW PERFLOOP_DEVICE_WORK AS ${parts.join(' UNION ALL ')}`;
}
