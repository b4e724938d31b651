import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importProfile } from '../../../src/profile/import/import.js';
import { analyzeDatabase } from '../../../src/profile/rules/analyze-database.js';
import { temporaryFolder } from '../temporary-folder.js';

const folder = '../shared/fixtures/profiles';
const absent = !existsSync(folder);

async function analyzed(name: string) {
  const database = join(temporaryFolder(), 'profile.sqlite');
  await importProfile({ files: [join(folder, name)], kind: 'auto', database });
  return analyzeDatabase({ database, file: name, repo: null });
}

it.skipIf(absent)('finds what is known of a real inference on two GPUs: bound by copies, FP32 multiplications off the tensor cores (needs ../shared)', async () => {
  const { findings } = await analyzed('nsys-h100-2gpu-inference.sqlite');
  expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['C4-transfer-bound', 'high'], ['C5-fp32-gemm', 'low']]);
  const [copies] = findings;
  // Known: pinned copies take about 921 of 960 ms on each GPU.
  expect(copies?.headroom_ms).toBeGreaterThan(900);
  expect(copies?.headroom_ms).toBeLessThan(922);
  expect(copies?.evidence[0]?.place).toMatchObject({ profile: 'nsys-h100-2gpu-inference.sqlite', table: 'CUPTI_ACTIVITY_KIND_MEMCPY' });
});

it.skipIf(absent)('finds nothing in a healthy profile (needs ../shared)', async () => {
  const { findings, quiet, abstained } = await analyzed('nsys-healthy-1pct-idle.sqlite');
  expect(findings).toEqual([]);
  expect(quiet).toContain('C1-idle-device');
  expect(abstained).toContainEqual({ rule: 'C7-data-loader', reason: expect.stringContaining('NVTX_EVENTS') as string });
});

it.skipIf(absent).each([['kineto-alexnet.json.gz', []], ['kineto-simple-add.json.gz', [['C1-idle-device', 'low']]]])('does not take the start of the driver in %s for a loop, nor for work of the host (needs ../shared)', async (name, outside) => {
  const { findings } = await analyzed(name);
  // The first launch loads code: one call of seconds, inside of CUDA.
  expect(findings[0]).toMatchObject({ rule: 'C1-slow-calls', confidence: 'low', title: expect.stringContaining('longest in cudaLaunchKernel') as string });
  expect(findings.slice(1).map(({ rule, confidence }) => [rule, confidence])).toEqual(outside);
});
