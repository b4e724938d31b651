import { Undelivered } from './undelivered.js';

const patienceMs = 15_000;
/** Said by the other side, for a person; more of it nobody reads. */
const longestAnswer = 200;

/** Posts JSON. Follows no redirect: what is signed, or has a key in its address, is for one place. Throws Undelivered. */
export async function post(url: string, body: string, headers: Record<string, string>, signal?: AbortSignal, timeoutMs = patienceMs): Promise<void> {
  const place = httpUrl(url);
  let response: Response;
  try {
    response = await fetch(place, { method: 'POST', body, headers: { 'content-type': 'application/json', 'user-agent': 'perfloop', ...headers }, redirect: 'manual', signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Undelivered(whyFailed(error, timeoutMs), false);
  }
  const { status, ok } = response;
  if (ok) {
    await response.body?.cancel();
    return;
  }
  if (status >= 300 && status < 400) throw new Undelivered(`it answered ${status}, a redirect, which is not followed: name the place itself`, true);
  const said = (await response.text().catch(() => '')).replaceAll(/\s+/g, ' ').slice(0, longestAnswer);
  throw new Undelivered(`it answered ${status}${said === '' ? '' : `: ${said}`}`, status < 500 && status !== 408 && status !== 429);
}

function httpUrl(text: string): URL {
  let url: URL | null = null;
  try {
    url = new URL(text);
  } catch {
    // Told below.
  }
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new Undelivered('its address is no http or https URL', true);
  return url;
}

function whyFailed(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it did not answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return `it cannot be reached${typeof cause?.code === 'string' ? ` (${cause.code})` : ''}`;
}
