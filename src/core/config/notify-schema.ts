import { z } from 'zod';
import { notificationEvents, placeholdersIn, placeholders } from '../notify/notification.js';
import { shortText } from './values.js';

/** A place or a secret is named, never written here: a config is no place for it, and one that is hostile could name its own. */
const variable = z.string().regex(/^\$[A-Za-z_]\w*$/, 'must be `$NAME`, a variable in the environment of the hub\'s worker');
const address = shortText(320).regex(/^[^\s@<>]+@[^\s@<>]+$/, 'must be a mail address such as team@example.org');

export const notifySchema = z
  .strictObject({
    kind: z.enum(['webhook', 'slack', 'email']).describe('`webhook`: a signed POST of JSON. `slack`: what incoming webhooks of Slack, Mattermost and others take. `email`: by SMTP.'),
    url: variable.describe('The variable of the hub\'s worker that holds the address, as `$NAME`: a URL, for mails `smtp://user:password@host:587` or `smtps://…`.'),
    secret: variable.optional().describe('webhook: the variable that holds the key of its signature, as `$NAME`.'),
    events: z.array(z.enum(notificationEvents)).min(1).default([...notificationEvents]).describe('What is told. Default: everything.'),
    from: address.optional().describe('email: the sender.'),
    to: z.array(address).max(50).default([]).describe('email: who gets it.'),
    template: z.string().max(4000).optional().describe(`slack, email: the text, with ${placeholders.map((name) => `\`{${name}}\``).join(', ')}. Default: \`{title}\`, and \`{text}\` below it.`),
  })
  .superRefine(({ kind, secret, from, to, template = '' }, context) => {
    const wrong = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if (kind === 'webhook' && secret === undefined) wrong('secret', 'is missing: who gets it must be able to see that it is from perfloop; docs/notifications.md says how');
    if (kind !== 'webhook' && secret !== undefined) wrong('secret', `is for webhooks, not for ${kind}`);
    if (kind === 'email' && from === undefined) wrong('from', 'is missing');
    if (kind === 'email' && to.length === 0) wrong('to', 'names nobody');
    const unknown = placeholdersIn(template).find((name) => !(placeholders as readonly string[]).includes(name));
    if (unknown !== undefined) wrong('template', `there is no {${unknown}}; there are ${placeholders.join(', ')}`);
  });

export type NotifyConfig = z.output<typeof notifySchema>;
