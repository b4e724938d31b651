import { Undelivered } from './undelivered.js';

export interface Mail {
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  /** Makes the Message-ID: a mail program shows the same mail twice as one. */
  id: string;
}

const patienceMs = 30_000;

/** Sends a mail by an SMTP server: `smtp://user:password@host:587` (TLS where it is offered) or `smtps://…`. Throws Undelivered. */
export async function sendMail(url: string, { from, to, subject, text, id }: Mail): Promise<void> {
  if (!/^smtps?:\/\//i.test(url)) throw new Undelivered('its address is no smtp or smtps URL', true);
  const { createTransport } = await import('nodemailer').catch(() => {
    throw new Undelivered('mails take the optional package nodemailer: `npm install nodemailer`', true);
  });
  const transport = createTransport({ url, connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs });
  try {
    await transport.sendMail({ from, to: [...to], subject: subject.replaceAll(/\p{Cc}+/gu, ' '), text, messageId: `<${id}@perfloop>`, headers: { 'Auto-Submitted': 'auto-generated' } });
  } catch (error) {
    const { code = '', responseCode = 0 } = error as { code?: string; responseCode?: number };
    // 4xx: later. What it says may repeat the address.
    throw new Undelivered(`the mail server refused it${code === '' ? '' : ` (${code}${responseCode === 0 ? '' : ` ${responseCode}`})`}`, code === 'EAUTH' || (responseCode >= 500 && responseCode < 600));
  } finally {
    transport.close();
  }
}
