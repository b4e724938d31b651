import type { Command } from 'commander';
import { exitCodes } from '../../core/errors.js';
import { emit, note } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

const name = ['--deployment <name>', 'which deployment (default: PERFLOOP_DEPLOYMENT, or perfloop)'] as const;

/** The verbs about builds of the workflows, where workers run with --deployment. */
export function declareDeploymentVerbs(program: Command, finish: Finish): void {
  const summary = 'the builds that runs are kept on, where workers run with --deployment: list, set-current, drain';
  const deployment = program.command('deployment').summary(summary).description(summary);

  declareVerb<{ deployment?: string }>(deployment, finish, {
    usage: 'list',
    summary: 'each build: whether new runs go to it, and how many open runs are on it',
    options: [name],
    examples: ['perfloop deployment list --json'],
    async action(context, flags) {
      const { deploymentList } = await import('../verbs/deployment.js');
      const { printDeployment } = await import('../print/deployment.js');
      emit(context, await deploymentList(context, flags.deployment), printDeployment);
      return exitCodes.ok;
    },
  });

  declareVerb<{ deployment?: string }>(deployment, finish, {
    usage: 'set-current <build>',
    summary: 'new runs begin on this build; those that are open stay on theirs',
    details: 'Its workers have to run. Runs that were begun without a deployment go over to it at their next step.',
    options: [name],
    examples: ['perfloop deployment set-current 0.2.0'],
    async action(context, flags, build = '') {
      const { setCurrentBuild } = await import('../verbs/deployment.js');
      const { printDeployment } = await import('../print/deployment.js');
      emit(context, await setCurrentBuild(context, build, flags.deployment), printDeployment);
      return exitCodes.ok;
    },
  });

  declareVerb<{ deployment?: string; wait?: boolean }>(deployment, finish, {
    usage: 'drain <build>',
    summary: 'whether the workers of a build can be stopped: exit code 0 when no open run is on it, else 2',
    options: [name, ['--wait', 'until none is; Ctrl-C leaves']],
    examples: ['perfloop deployment drain 0.1.0 --wait'],
    async action(context, flags, build = '') {
      const { drainBuild } = await import('../verbs/deployment.js');
      const { printDrain } = await import('../print/deployment.js');
      const { detachOnSignals } = await import('../follow.js');
      const result = await drainBuild(context, { build, deployment: flags.deployment, wait: flags.wait === true, signal: detachOnSignals().signal, onOpen: (open) => note(context, `${open} open on ${build}`) });
      emit(context, result, printDrain);
      return result.open === 0 ? exitCodes.ok : exitCodes.refused;
    },
  });
}
