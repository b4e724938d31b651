import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older ones are refused by who verifies as the documentation says: somebody may send again what they saw. */
export const replayWindowS = 300;

/** The signature of a body that was sent at a time (Unix seconds): HMAC-SHA256 of `time.body`, in hexadecimal digits. */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** Whether a request is from who has the secret, and of these minutes. `now`: Unix seconds. */
export function isSignedBy(secret: string, { timestamp, signature, body }: { timestamp: string; signature: string; body: string }, now: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > replayWindowS) return false;
  const [given, wanted] = [Buffer.from(signature), Buffer.from(signatureOf(secret, Number(timestamp), body))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
