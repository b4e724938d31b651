import { expect, it } from 'vitest';
import { printShow } from '../../src/client/print/show.js';
import { styleFor } from '../../src/client/style.js';
import type { Machine } from '../../src/core/run/machine.js';
import { sampleStatus, sampleTrial } from './sample-status.js';

const ada: Machine = { device: '3f2a1b4c5d6e/cpu', tag: 'cpu', gpu: null, cpu: 'AMD EPYC 9654', hostname: 'ada' };
const shown = (machines: Machine[]): string => printShow({ status: sampleStatus({ machines, trials: [sampleTrial({ device: ada.device })] }), branch: '' }, styleFor(false));

it('a run is shown with what it was measured on', () => {
  expect(shown([ada])).toContain('\n  on       AMD EPYC 9654 (kind cpu), host ada, 3f2a1b4c5d6e/cpu\n');
  expect(shown([])).not.toContain('  on  ');
});

it('each trial says where it was, once there are several', () => {
  expect(shown([ada])).not.toContain('on 3f2a1b4c5d6e/cpu');
  expect(shown([ada, { ...ada, device: '9c9c9c9c9c9c/cpu', hostname: 'bob\u001b[31m' }])).toMatch(/host ada, 3f2a1b4c5d6e\/cpu\n {11}AMD EPYC 9654 \(kind cpu\), host bob.*9c9c9c9c9c9c\/cpu\n[^]*candidate a1b2c3d4e5f6, on 3f2a1b4c5d6e\/cpu\n/);
});
