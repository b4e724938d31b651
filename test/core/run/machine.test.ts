import { expect, it } from 'vitest';
import { machineText, noteMachine, type Machine } from '../../../src/core/run/machine.js';
import type { Lease } from '../../../src/core/run/lease.js';

const lease = { tag: 'gpu.h100', host: '3f2a1b4c5d6e', device: 'gpu0', token: 't', gpu: 'NVIDIA H100 80GB HBM3', cpu: 'AMD EPYC 9654', hostname: 'ada' } satisfies Lease;
const machine: Machine = { device: '3f2a1b4c5d6e/gpu0', tag: 'gpu.h100', gpu: 'NVIDIA H100 80GB HBM3', cpu: 'AMD EPYC 9654', hostname: 'ada' };

it('notes each device once, in the order of first use', () => {
  const status: { machines?: Machine[] } = {};
  expect(noteMachine(status, lease)).toBe('3f2a1b4c5d6e/gpu0');
  expect(noteMachine(status, { ...lease, device: 'gpu1', token: 'u' })).toBe('3f2a1b4c5d6e/gpu1');
  noteMachine(status, { ...lease, token: 'v' });
  expect(status.machines).toEqual([machine, { ...machine, device: '3f2a1b4c5d6e/gpu1' }]);
});

it('takes the lease of a worker of an earlier version', () => {
  const status: { machines?: Machine[] } = {};
  noteMachine(status, { tag: 'cpu', host: 'h', device: 'cpu', token: 't', gpu: null });
  expect(status.machines).toEqual([{ device: 'h/cpu', tag: 'cpu', gpu: null, cpu: null, hostname: null }]);
  expect(machineText(status.machines![0]!, { named: true })).toBe('unknown model (kind cpu), h/cpu');
});

it('names the host only where it may', () => {
  expect(machineText(machine, { named: true })).toBe('NVIDIA H100 80GB HBM3 with AMD EPYC 9654 (kind gpu.h100), host ada, 3f2a1b4c5d6e/gpu0');
  expect(machineText({ ...machine, gpu: null }, { named: false })).toBe('AMD EPYC 9654 (kind gpu.h100), 3f2a1b4c5d6e/gpu0');
});
