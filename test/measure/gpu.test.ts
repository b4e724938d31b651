import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNvidiaSmi } from '../../src/measure/gpu.js';

/** What drivers printed for `nvidia-smi -q -x`, shortened to the elements that are read and their neighbours. */
const printed = (name: string): Promise<string> => readFile(join(import.meta.dirname, '../fixtures/nvidia-smi', `${name}.xml`), 'utf8');

describe('what nvidia-smi tells', () => {
  test('by driver 515, with throttle reasons and a program', async () => {
    expect(parseNvidiaSmi(await printed('515-tesla-t4'))).toEqual([{
      name: 'Tesla T4', driver: '515.105.01', cuda: '11.7', memory: '15360 MiB', smMhz: 585, maxSmMhz: 1590, throttled: [], temperatureC: 40, powerLimitW: 70, persistence: false, mig: null, programs: ['python'],
    }]);
  });

  test('by driver 535, with event reasons, and parts of the GPU that are not taken for the whole', async () => {
    expect(parseNvidiaSmi(await printed('535-a100-mig'))).toEqual([{
      name: 'NVIDIA A100-SXM4-80GB', driver: '535.54.03', cuda: null, memory: '81920 MiB', smMhz: 1275, maxSmMhz: 1410, throttled: ['sw_power_cap', 'hw_thermal_slowdown'], temperatureC: 27, powerLimitW: 500, persistence: false, mig: true, programs: [],
    }]);
  });

  test('by driver 590, of two, where much is deprecated or missing', async () => {
    expect(parseNvidiaSmi(await printed('590-two-a5000'))).toEqual([
      { name: 'NVIDIA RTX A5000', driver: '590.44.01', cuda: null, memory: '24564 MiB', smMhz: 210, maxSmMhz: 2100, throttled: [], temperatureC: null, powerLimitW: 230, persistence: true, mig: null, programs: null },
      { name: 'NVIDIA RTX A5000', driver: '590.44.01', cuda: null, memory: 'unknown', smMhz: null, maxSmMhz: null, throttled: null, temperatureC: null, powerLimitW: null, persistence: null, mig: null, programs: null },
    ]);
  });

  test('is taken as far as it goes when it breaks off, and is nothing where it is another text', async () => {
    const whole = await printed('515-tesla-t4');
    expect(parseNvidiaSmi(whole.slice(0, whole.indexOf('<clocks>')))).toMatchObject([{ name: 'Tesla T4', memory: '15360 MiB', smMhz: null, programs: null }]);
    expect(parseNvidiaSmi('NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.')).toEqual([]);
    expect(parseNvidiaSmi('')).toEqual([]);
  });
});
