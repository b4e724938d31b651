import { allHandlersFinished, condition, continueAsNew, defineQuery, defineSignal, proxyActivities, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { alertMessages, settingsMemo, type Acknowledge, type AlertActivities, type AlertSettings, type AlertsInput, type AlertsStatus } from '../core/alerts/alerts.js';
import { book, type Alert, type AlertEvent } from '../core/alerts/book.js';
import type { AlertAction } from '../core/alerts/conditions.js';
import type { AlertRules } from '../core/alerts/schema.js';
import type { Notification } from '../core/notify/notification.js';
import { queues } from '../core/queues.js';
import { notify } from './notify.js';
import { tried } from './tried.js';

/** What continue-as-new adds to the input of a client. */
type Carried = AlertsInput & { carry?: AlertsStatus };

const statusQuery = defineQuery<AlertsStatus>(alertMessages.status);
const settingsSignal = defineSignal<[AlertSettings]>(alertMessages.settings);
const acknowledgeSignal = defineSignal<[Acknowledge]>(alertMessages.acknowledge);
const stopSignal = defineSignal(alertMessages.stop);

/** So many looks an execution: each is an activity or two. */
const mostLooks = 500;
/** So much of what was told is shown. */
const mostTold = 50;

/** Holds the bounds of a fleet against what it does, again and again, and keeps the book of its alerts. */
export async function alerts(input: Carried): Promise<AlertsStatus> {
  const watcher = new Watcher(input);
  return watcher.watch();
}

function toldOf(fleet: string, at: number, kind: AlertEvent['kind'], { id, since, text, fix, done }: Alert): Notification {
  const lines = [text, ...(kind === 'cleared' ? [] : [fix]), ...(done === null ? [] : [`Done: ${done}`])];
  return { v: 1, id: `${workflowInfo().workflowId}.${id}.${since}.${kind}.${at}`, event: 'alert', at, target: fleet, run: null, title: `${fleet}: ${kind === 'raised' ? 'alert' : kind} ${id}`, text: lines.join('\n') };
}

class Watcher {
  private readonly state: AlertsStatus;
  private settings: AlertSettings;
  private stopped = false;
  private changed = false;
  private readonly activities: ReturnType<typeof proxyActivities<AlertActivities>>;

  constructor(private readonly input: Carried) {
    this.state = input.carry ?? { open: [], lookedAt: null, problem: null, told: [] };
    this.settings = input.settings;
    this.activities = proxyActivities<AlertActivities>({ taskQueue: queues.fleet(input.queuePrefix), startToCloseTimeout: '5 minutes', heartbeatTimeout: '10 seconds', retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 5 } });
    setHandler(statusQuery, () => this.state);
    setHandler(settingsSignal, (settings) => {
      this.settings = settings;
      this.changed = true;
      upsertMemo({ [settingsMemo]: settings });
    });
    setHandler(acknowledgeSignal, ({ alert, who, why }) => {
      for (const open of this.state.open) if (open.id === alert) open.acknowledged = { who, why, at: Date.now() };
    });
    setHandler(stopSignal, () => void (this.stopped = true));
  }

  async watch(): Promise<AlertsStatus> {
    for (let looks = 0; !this.stopped; looks += 1) {
      if (looks >= mostLooks || workflowInfo().continueAsNewSuggested) await this.goOn();
      this.changed = false;
      await this.look();
      await condition(() => this.stopped || this.changed, this.settings.rules.every);
    }
    await condition(allHandlersFinished);
    return this.state;
  }

  private async goOn(): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof alerts>({ ...this.input, settings: this.settings, carry: this.state });
  }

  private async look(): Promise<void> {
    const { input: { fleet, queuePrefix }, settings, state } = this;
    const at = Date.now();
    const crossed = await tried(this.state, async () => this.activities.lookAtFleet.executeWithOptions({ summary: 'hold the bounds against what the fleet does' }, [{ v: 1, fleet, queuePrefix, at, ...settings }]));
    // Nobody would be told that the watch had ended: what failed is done again at the next look.
    if (crossed === null) return;
    const { open, events, actions } = book(state.open, crossed, at, settings.rules);
    state.open = open;
    state.lookedAt = at;
    for (const { alert, action } of actions) await this.act(open.find(({ id }) => id === alert), action);
    if (events.length === 0) return;
    state.told = [...events.map(({ kind, alert: { id, text } }) => ({ at, kind, id, text })), ...state.told].slice(0, mostTold);
    await tried(this.state, async () => this.activities.tellAlerts.executeWithOptions({ summary: events.map(({ kind, alert }) => `${kind} ${alert.id}`).join(', ').slice(0, 150) }, [{ v: 1, fleet, at, events }]));
    // Absent in what an earlier version applied.
    const channels = (settings.rules as Partial<AlertRules>).notify ?? [];
    if (channels.length > 0) for (const { kind, alert } of events) await notify(queuePrefix, channels, toldOf(fleet, at, kind, alert));
  }

  private async act(alert: Alert | undefined, action: AlertAction): Promise<void> {
    if (alert === undefined) return;
    const { input: { fleet, queuePrefix }, settings: { rules } } = this;
    const done = await tried(this.state, async () => this.activities.actOnAlert.executeWithOptions({ summary: `${action.kind} for ${alert.id}` }, [{ v: 1, fleet, queuePrefix, at: Date.now(), rules, alert, action }]));
    alert.done = done ?? `failed: ${this.state.problem ?? ''}`;
  }
}
