import type { Deployment, Drain } from '../verbs/deployment.js';
import { plural } from './numbers.js';

export function printDeployment({ deployment, current, builds }: Deployment): string {
  const width = Math.max(...builds.map(({ build }) => build.length));
  const lines = builds.map(({ build, open }) => `  ${build.padEnd(width)}  ${build === current ? 'current' : open === 0 ? 'drained' : 'draining'}  ${plural(open, 'open workflow', 'open workflows')}`);
  const none = current === null ? ['no build is current: new runs begin where workers run without --deployment, or wait for `perfloop deployment set-current BUILD`'] : [];
  return [`deployment ${deployment}`, ...lines, ...none].join('\n');
}

export function printDrain({ build, open }: Drain): string {
  return open === 0 ? `no open workflow is on ${build}: its workers can be stopped` : `${plural(open, 'open workflow is', 'open workflows are')} on ${build}: its workers have to stay`;
}
