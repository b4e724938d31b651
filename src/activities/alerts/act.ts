import type { Client } from '@temporalio/client';
import { PerfloopError } from '../../core/errors.js';
import type { AlertActivities } from '../../core/alerts/alerts.js';
import { hostSignals } from '../../core/hosts/host-record.js';
import { queues } from '../../core/queues.js';
import { secretsOfEnvironment } from '../../measure/known-secrets.js';
import { runCommand } from '../../measure/run-command.js';
import type { Home } from '../../store/home.js';
import { activity } from '../activity.js';
import type { RollBackForAlert } from './roll-back.js';

const patienceMs = 120_000;

/** What operators hook in runs on the host of the hub as its user, with the environment of its worker: it starts machines, for which it needs keys. */
export function actOnAlertActivity({ home, env, client, rollBack }: { home: Home; env: NodeJS.ProcessEnv; client: Client; rollBack: RollBackForAlert }): AlertActivities['actOnAlert'] {
  return activity(async ({ fleet, queuePrefix, at, rules: { scale_hook: command, window }, alert, action }, { signal }) => {
    if (action.kind === 'drain') {
      await client.workflow.getHandle(queues.host(queuePrefix, action.host)).signal(hostSignals.drain, { who: 'perfloop', reason: alert.text });
      return `host ${action.host} drains`;
    }
    if (action.kind === 'roll-back') return rollBack({ fleet, window, alert, action, at });
    if (command === undefined) return `nothing: \`scale_hook\` is not set; hosts of kind ${action.tag} are wanted`;
    const { id, kind, subject, text } = alert;
    const told = JSON.stringify({ v: 1, fleet, at, tag: action.tag, alert: { id, kind, subject, text } });
    const environment = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    // Blacked out before the last line is taken: a secret may have several.
    const { ok, exitCode, timedOut, stderr } = await runCommand({ command, cwd: home.root, env: environment, secrets: secretsOfEnvironment(env), stdin: `${told}\n`, timeoutMs: patienceMs, signal, journal: { folder: home.journal, name: 'scale_hook' } });
    if (ok) return `ran \`${command}\``;
    throw new PerfloopError('PL_ALERT_HOOK', `scale_hook failed: ${timedOut ? 'it took longer than two minutes' : (stderr.trim().split('\n').at(-1) ?? '') || `exit code ${exitCode}`}`, { where: command, fix: 'Try it by hand as the user of the hub, with the alert as JSON on its standard input.' });
  });
}
