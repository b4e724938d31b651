import { expect, it } from 'vitest';
import { printDeployment, printDrain } from '../../src/client/print/deployment.js';
import { deploymentOf } from '../../src/worker/deployment.js';

it('is named with its build, which is the version of perfloop unless told', () => {
  expect(deploymentOf({}, '0.2.0')).toBeNull();
  expect(deploymentOf({ PERFLOOP_DEPLOYMENT: 'nightly' }, '0.2.0')).toEqual({ deployment: 'nightly', build: '0.2.0' });
  expect(deploymentOf({ PERFLOOP_DEPLOYMENT: 'nightly', PERFLOOP_BUILD_ID: 'a1b2c3-dirty' }, '0.2.0')).toEqual({ deployment: 'nightly', build: 'a1b2c3-dirty' });
});

it.each([
  ['a build without a deployment', { PERFLOOP_BUILD_ID: '0.2.0' }],
  ['a name that Temporal would cut', { PERFLOOP_DEPLOYMENT: 'night.ly' }],
  ['a build that would end a query', { PERFLOOP_DEPLOYMENT: 'nightly', PERFLOOP_BUILD_ID: "0' OR '1" }],
])('is refused for %s', (_, env) => {
  expect(() => deploymentOf(env, '0.2.0')).toThrow(expect.objectContaining({ code: 'PL_DEPLOYMENT', fix: expect.stringContaining('--build-id') as unknown }) as Error);
});

it('is told with what each build is good for', () => {
  const builds = [{ build: '0.2.0', open: 3 }, { build: '0.1.9', open: 1 }, { build: '0.1.0', open: 0 }];
  expect(printDeployment({ deployment: 'perfloop', current: '0.2.0', builds })).toBe('deployment perfloop\n  0.2.0  current  3 open workflows\n  0.1.9  draining  1 open workflow\n  0.1.0  drained  0 open workflows');
  expect(printDeployment({ deployment: 'perfloop', current: null, builds: [] })).toContain('set-current');
  expect(printDrain({ deployment: 'perfloop', build: '0.1.9', open: 1 })).toBe('1 open workflow is on 0.1.9: its workers have to stay');
});
