import Database from '../../src/store/sqlite.js';

/** Kernels in a row of the program's step. */
const perStep = 500;

/**
 * Writes an export as nsys would, of a training loop on two GPUs: `kernels` kernels, as many calls that launch them, half as many
 * ranges, and a copy for every tenth kernel. The same each time.
 */
export function generateExport(file: string, kernels: number): void {
  const db = new Database(file);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.exec(`
CREATE TABLE META_DATA_EXPORT (name TEXT NOT NULL, value TEXT NOT NULL);
INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_PRODUCT_NAME', 'NVIDIA Nsight Systems'), ('EXPORT_SCHEMA_VERSION', '3.25.0');
CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER NOT NULL, "end" INTEGER NOT NULL, deviceId INTEGER NOT NULL, contextId INTEGER NOT NULL, streamId INTEGER NOT NULL, correlationId INTEGER, globalPid INTEGER, demangledName INTEGER NOT NULL, shortName INTEGER NOT NULL, gridX INTEGER, gridY INTEGER, gridZ INTEGER, blockX INTEGER, blockY INTEGER, blockZ INTEGER, registersPerThread INTEGER, staticSharedMemory INTEGER, dynamicSharedMemory INTEGER, localMemoryPerThread INTEGER, graphNodeId INTEGER, graphId INTEGER);
CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER NOT NULL, "end" INTEGER NOT NULL, eventClass INTEGER NOT NULL, globalTid INTEGER, correlationId INTEGER, nameId INTEGER NOT NULL, returnValue INTEGER NOT NULL, callchainId INTEGER);
CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (start INTEGER NOT NULL, "end" INTEGER NOT NULL, deviceId INTEGER NOT NULL, contextId INTEGER NOT NULL, streamId INTEGER NOT NULL, correlationId INTEGER, globalPid INTEGER, bytes INTEGER NOT NULL, copyKind INTEGER NOT NULL, srcKind INTEGER, dstKind INTEGER);
CREATE TABLE NVTX_EVENTS (start INTEGER NOT NULL, "end" INTEGER, eventType INTEGER NOT NULL, rangeId INTEGER, category INTEGER, color INTEGER, text TEXT, globalTid INTEGER, endGlobalTid INTEGER, textId INTEGER, domainId INTEGER);
CREATE TABLE TARGET_INFO_GPU (id INTEGER NOT NULL, name TEXT NOT NULL);
INSERT INTO TARGET_INFO_GPU VALUES (0, 'NVIDIA H100'), (1, 'NVIDIA H100');
`);
  const strings = db.prepare('INSERT INTO StringIds VALUES (?, ?)');
  db.transaction(() => {
    for (let i = 0; i < 200; i++) {
      strings.run(i, i % 20 === 0 ? `ncclDevKernel_AllReduce_Sum_f32_RING_LL_${i}` : `kernel_${i}`);
      strings.run(1000 + i, i % 20 === 0 ? `ncclDevKernel_AllReduce_Sum_f32_RING_LL_${i}(args)` : `void kernel_${i}<float, ${i}>(float*, int)`);
    }
    for (const [i, name] of ['cudaLaunchKernel_v7000', 'cudaMemcpyAsync_v3020', 'cudaStreamSynchronize_v3020'].entries()) strings.run(2000 + i, name);
    for (let i = 0; i < 50; i++) strings.run(3000 + i, `layer ${i}`);
    const numbers = `WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ${kernels})`;
    const pid = (device: string): string => `(281474976710656 + (100 + ${device}) * 16777216)`;
    db.exec(`${numbers} INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT 1000000 + i * 4000 + 3000, 1000000 + i * 4000 + 3000 + 500 + (i * 7919) % 5000, i % 2, 1, CASE WHEN i % 20 = 0 THEN 9 ELSE 7 END, i / 2, ${pid('i % 2')}, 1000 + (i / 2) % 200, (i / 2) % 200, 1 + i % 64, 1, 1, 128, 1, 1, 32, 0, 4096, 0, NULL, NULL FROM numbers`);
    db.exec(`${numbers} INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME SELECT 1000000 + i * 4000, 1000000 + i * 4000 + 1500 + (i * 31) % 700, 0, ${pid('i % 2')} + 100 + i % 2, i / 2, CASE WHEN i % ${perStep} < 2 THEN 2002 WHEN i % 10 = 5 THEN 2001 ELSE 2000 END, 0, NULL FROM numbers`);
    db.exec(`${numbers} INSERT INTO CUPTI_ACTIVITY_KIND_MEMCPY SELECT 1000000 + i * 4000 + 100, 1000000 + i * 4000 + 2100, i % 2, 1, 13, i / 2, ${pid('i % 2')}, 1024 * (1 + i % 64), CASE WHEN i % 20 = 5 THEN 1 ELSE 2 END, 1, 2 FROM numbers WHERE i % 10 = 5`);
    db.exec(`${numbers} INSERT INTO NVTX_EVENTS SELECT 1000000 + i * 4000 - 200, 1000000 + i * 4000 + 7000, 59, NULL, NULL, NULL, NULL, ${pid('i / 2 % 2')} + 100 + i / 2 % 2, NULL, 3000 + (i / 20) % 50, 0 FROM numbers WHERE i % 2 = 0`);
  })();
  db.close();
}
