import { condition, continueAsNew, defineSignal, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { hostMemo, hostSignals, type Drain, type HostNews, type HostRecord } from '../core/hosts/host-record.js';

const newsSignal = defineSignal<[HostNews]>(hostSignals.news);
const drainSignal = defineSignal<[Omit<Drain, 'at'>]>(hostSignals.drain);
const undrainSignal = defineSignal(hostSignals.undrain);
const goneSignal = defineSignal<[{ pid: number }]>(hostSignals.gone);

/** A worker speaks up once an hour. A host that nobody heard of for so long is forgotten. */
const forgottenAfter = '1 day';

/**
 * The entry of a host in the list of hosts: its memo, which the server shows without a worker. It is written when something
 * changed, not by a heartbeat: that the worker lives the server sees by itself, since it asks for work.
 */
export async function host({ record }: { v: 1; record: HostRecord }): Promise<void> {
  let current = record;
  let changed = true;
  const change = (to: Partial<HostRecord>): void => {
    current = { ...current, ...to };
    changed = true;
  };
  setHandler(newsSignal, (news) => change({ ...news, heardAt: Date.now(), gone: false }));
  setHandler(drainSignal, (asked) => change({ drain: { ...asked, at: Date.now() } }));
  setHandler(undrainSignal, () => change({ drain: null }));
  // A worker that was replaced meanwhile has no say.
  setHandler(goneSignal, ({ pid }) => {
    if (current.advert.pid === pid) change({ gone: true, leases: [], inHand: 0 });
  });
  while (await condition(() => changed, forgottenAfter)) {
    changed = false;
    upsertMemo({ [hostMemo]: current });
    // One that a person drained stays so when its worker comes back.
    if (current.gone && current.drain === null) return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof host>({ v: 1, record: current });
  }
}
