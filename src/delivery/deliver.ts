import type { NotifyConfig } from '../core/config/notify-schema.js';
import { rendered, type Notification } from '../core/notify/notification.js';
import { sendMail } from './mail.js';
import { post } from './post.js';
import { signatureOf } from './sign.js';
import { Undelivered } from './undelivered.js';

const usual = '{title}\n{text}';

/** Tells something to one place; addresses and secrets are taken from `env`. Throws Undelivered. */
export async function deliver(notification: Notification, { kind, url, secret, from = '', to, template = usual }: NotifyConfig, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const address = valueOf(url, env);
  const text = rendered(template, notification);
  switch (kind) {
    case 'webhook': {
      const body = JSON.stringify({ ...notification, at: new Date(notification.at).toISOString() });
      const timestamp = Math.floor(Date.now() / 1000);
      return post(address, body, { 'perfloop-id': notification.id, 'perfloop-timestamp': String(timestamp), 'perfloop-signature': signatureOf(valueOf(secret ?? '', env), timestamp, body) }, signal);
    }
    case 'slack':
      return post(address, JSON.stringify({ text: withoutMarkup(text) }), {}, signal);
    default:
      return sendMail(address, { from, to, subject: notification.title, text, id: notification.id });
  }
}

/** A candidate's title must mention nobody, and link nowhere. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function valueOf(variable: string, env: NodeJS.ProcessEnv): string {
  const value = env[variable.slice(1)];
  if (value === undefined || value === '') throw new Undelivered(`${variable} is not set in the environment of the hub's worker`, true);
  return value;
}
