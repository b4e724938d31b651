import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { devicesOf } from '../../src/worker/devices.js';
import { drained } from '../../src/worker/end-on-signal.js';

const gpu = { name: 'H100', driver: '550', memory: '81559 MiB' };

describe('a worker that is told to end', () => {
  const begin = (isIdle: () => boolean, drainMs = 600_000) => {
    const signals = new EventEmitter();
    let drains = 0;
    let over = false;
    const done = drained({ drainMs: () => drainMs, isIdle, drain: () => (drains += 1), signals }).then(() => (over = true));
    return { signals, done, drains: () => drains, isOver: () => over };
  };
  const soon = async (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 120));

  it('waits for what it is at', async () => {
    let busy = true;
    const { signals, done, drains, isOver } = begin(() => !busy);
    signals.emit('SIGTERM');
    await soon();
    expect({ drains: drains(), over: isOver() }).toEqual({ drains: 1, over: false });
    busy = false;
    await done;
  });

  it('waits no longer than it may', async () => {
    const { signals, done } = begin(() => false, 1);
    signals.emit('SIGTERM');
    await done;
  });

  it('hurries when it is told so again, not when one Ctrl-C comes as two signals', async () => {
    const { signals, done, isOver } = begin(() => false);
    signals.emit('SIGINT');
    signals.emit('SIGTERM');
    await soon();
    expect(isOver()).toBe(false);
    signals.emit('SIGINT');
    await done;
  });
});

describe('the devices of a host', () => {
  it.each([
    [['cpu'], {}, ['cpu']],
    [['gpu.h100'], {}, ['gpu0', 'gpu1']],
    [['gpu.h100'], { CUDA_VISIBLE_DEVICES: '1' }, ['gpu1']],
    [['gpu.h100'], { CUDA_VISIBLE_DEVICES: 'GPU-8f6c' }, ['gpu0', 'gpu1']],
  ])('that serves %j with %j are %j', (tags, env, devices) => {
    expect(devicesOf(tags, [gpu, gpu], env)).toEqual(devices);
  });

  it('are its CPU where it has no GPU', () => {
    expect(devicesOf(['gpu.h100'], [], {})).toEqual(['cpu']);
  });
});
