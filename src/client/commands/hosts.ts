import type { Command } from 'commander';
import { emit } from '../context.js';
import { declareVerb, type Finish } from './declare.js';

/** The verbs about the machines of a fleet. */
export function declareHostsVerbs(program: Command, finish: Finish): void {
  const summary = 'the machines that serve: their devices, who leases them, which are draining or stale';
  const hosts = program.command('hosts').summary(summary).description(summary);

  declareVerb(hosts, finish, {
    usage: 'list',
    isDefault: true,
    summary,
    examples: ['perfloop hosts', 'perfloop hosts --json'],
    async action(context) {
      const verbs = await import('../verbs/hosts.js');
      const { printHosts } = await import('../print/hosts.js');
      const found = await verbs.hosts(context);
      emit(context, found, printHosts);
      return found.reached ? 0 : 2;
    },
  });

  const steering = [
    ['drain', 'let a host finish what it is at and take no more work, also after a restart'],
    ['undrain', 'let a drained host take work again'],
    ['forget', 'take a host that is gone for good off the list'],
  ] as const;
  for (const [verb, text] of steering) {
    declareVerb<{ reason?: string }>(hosts, finish, {
      usage: `${verb} <host>`,
      summary: text,
      details: 'HOST is the beginning of its id, or its name.',
      options: [['--reason <text>', 'why, for whoever looks at the list']],
      examples: [`perfloop hosts ${verb} 3f2a${verb === 'drain' ? " --reason 'new driver'" : ''}`],
      async action(context, { reason = '' }, host = '') {
        const { steerHost } = await import('../verbs/hosts.js');
        const { printHostSteered } = await import('../print/hosts.js');
        emit(context, await steerHost(context, verb, host, reason), printHostSteered);
        return 0;
      },
    });
  }
}
