import { isIP } from 'node:net';
import { PerfloopError } from '../../core/errors.js';

/** Where metrics are served, as the exporter wants it: `127.0.0.1:9464`, `[::1]:9464`. Null: they are off. Throws PL_METRICS_ADDRESS. */
export function metricsAddress(env: NodeJS.ProcessEnv): string | null {
  const text = env['PERFLOOP_METRICS']?.trim();
  if (!text || text === 'off') return null;
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? (plain === 'localhost' || !plain ? '127.0.0.1' : plain);
  const port = Number(digits);
  const version = isIP(host);
  if (digits === undefined || version === 0 || (bracketed !== undefined && version !== 6) || port < 1 || port > 65_535) {
    throw new PerfloopError('PL_METRICS_ADDRESS', `metrics cannot be served at ${JSON.stringify(text)}`, { where: '--metrics or PERFLOOP_METRICS', fix: 'Write an IP address of this machine and a port, such as 127.0.0.1:9464, or 0.0.0.0:9464 for all of its networks.' });
  }
  return version === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
