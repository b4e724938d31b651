import type { HostState } from '../../core/hosts/host-record.js';
import type { KnownHost } from '../../worker/known-hosts.js';
import type { Style } from '../style.js';
import type { Hosts, HostSteered, HostSteering } from '../verbs/hosts.js';
import { clean, durationText, plural } from './numbers.js';
import { table, type Column } from './table.js';

const colours: Record<HostState, Parameters<Style>[0]> = { serving: 'green', draining: 'yellow', drained: 'yellow', gone: 'dim', stale: 'red' };

/** A host a line, and below the table what each that does not serve was told. */
export function printHosts({ reached, hosts }: Hosts, style: Style, now = Date.now()): string {
  if (!reached) return 'no Temporal server answers: name one with --address, or start the local engine with `perfloop up`';
  if (hosts.length === 0) return 'no hosts: start one with `perfloop worker`';
  const columns: Column<KnownHost>[] = [
    { title: 'host', cell: ({ host }) => host, colour: (_host, text, style) => style('bold', text) },
    { title: 'name', cell: ({ hostname, hub }) => `${hostname}${hub ? ' (hub)' : ''}` },
    { title: 'state', cell: ({ state }) => state, colour: ({ state }, text, style) => style(colours[state], text) },
    { title: 'tags', cell: ({ tags }) => tags.join(', ') },
    { title: 'devices', cell: devicesText },
    { title: 'seen', cell: ({ seenAt }) => ago(now - seenAt), align: 'right' },
    { title: 'leased by', cell: ({ leases }) => leases.map(({ device, run, since }) => `${device}: ${run} for ${durationText(Math.max(1000, now - since))}`).join(', ') },
  ];
  const notes = hosts.flatMap(({ host, drain }) => (drain === null ? [] : [`${host} was drained by ${clean(drain.who)}${drain.reason === '' ? '' : `: ${clean(drain.reason)}`}; \`perfloop hosts undrain ${host}\` lets it serve again`]));
  return [table(hosts, columns, style), ...notes].join('\n');
}

/** To the second: what is below it tells nothing. */
function ago(ms: number): string {
  return ms < 1000 ? 'now' : `${durationText(Math.floor(ms / 1000) * 1000)} ago`;
}

/** Equal ones are counted. */
function devicesText({ devices, cpu }: KnownHost): string {
  const models = new Map<string, number>();
  for (const { name, model } of devices) {
    const text = name === 'cpu' ? `${model}, ${plural(cpu.usable, 'core')}` : model;
    models.set(text, (models.get(text) ?? 0) + 1);
  }
  return [...models].map(([model, count]) => (count === 1 ? model : `${count} x ${model}`)).join(', ');
}

const words: Record<HostSteering, string> = {
  drain: 'finishes the pair or command that it is at, gives its leases back and takes no more work',
  undrain: 'takes work again',
  forget: 'is off the list',
};

export function printHostSteered({ sent, host, hostname }: HostSteered): string {
  return `${hostname} (${host}) ${words[sent]}`;
}
