import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { flushSpans } from '../telemetry/spans.js';
import { connectClient, plainSettings, resolveConnection, type ConnectionSettings } from '../worker/connection.js';
import type { EnsureOptions } from '../worker/engine/engine.js';
import { note, type CliContext } from './context.js';
import { durationText } from './print/numbers.js';

/** A connection to the server that serves this home, or to the one that is configured. */
export interface Session {
  client: Client;
  settings: ConnectionSettings;
  /** Of the local engine. */
  uiUrl: string | null;
  /** Keeps the local engine alive until the given function is called; does nothing for a server of others. */
  hold(): () => Promise<void>;
  close(): Promise<void>;
}

/** Connects; starts the local engine first where no address is configured and none runs. Says each phase with its seconds. */
export async function openSession(context: CliContext): Promise<Session> {
  const { serverInUse } = await import('../worker/engine/settings.js');
  const engineOptions: EnsureOptions = { home: context.home, env: context.env, onProgress: progressPrinter(context) };
  await traced(context);
  const began = performance.now();
  const { settings, engine } = await serverInUse({ ...context.connection, env: context.env }, engineOptions);
  if (engine?.started) note(context, `local engine ready (${durationText(performance.now() - began)}); Temporal UI: ${engine.uiUrl}`);
  const { holdEngine } = await import('../worker/engine/engine.js');
  const hold = () => holdEngine({ home: context.home, env: context.env }, () => undefined);
  return session(await connectClient(settings, { onWaiting: (text) => note(context, text) }), settings, engine?.uiUrl ?? null, engine === null ? undefined : hold);
}

/** The same without starting anything: null where no server is configured and the local engine is down, or none answers. */
export async function peekSession(context: CliContext): Promise<Session | null> {
  const settings = resolveConnection({ ...context.connection, env: context.env });
  try {
    if (!settings.local) return session(await connectClient(settings, { patienceMs: 1000 }), settings, null);
    const { engineStatus } = await import('../worker/engine/engine.js');
    const engine = await engineStatus(context.home);
    if (!engine.running || engine.phase !== 'ready') return null;
    const plain = plainSettings(engine, settings.queuePrefix, settings.codec);
    return session(await connectClient(plain, { patienceMs: 0 }), plain, engine.uiUrl);
  } catch {
    // Who peeks has the store to read; why the server is away is doctor's to say.
    return null;
  }
}

function session(client: Client, settings: ConnectionSettings, uiUrl: string | null, hold: () => () => Promise<void> = () => async () => undefined): Session {
  return { client, settings, uiUrl, hold, close: async () => (await sent(), client.connection.close()) };
}

const sendingLimitMs = 3000;

/** A receiver that does not answer holds nobody up for long. */
async function sent(): Promise<void> {
  const limit = new AbortController();
  await Promise.race([flushSpans(), sleep(sendingLimitMs, undefined, { signal: limit.signal }).catch(() => undefined)]);
  limit.abort();
}

/** Begins to trace this command where OpenTelemetry's variables name a receiver. */
async function traced(context: CliContext): Promise<void> {
  const { env } = context;
  if (!env['OTEL_EXPORTER_OTLP_ENDPOINT'] && !env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) return;
  const { traceProcess } = await import('../worker/telemetry/tracing.js');
  traceProcess(env, 'perfloop', (text) => note(context, text));
}

/** A new line for each text; while a phase goes on without news, one every ten seconds. */
export function progressPrinter(context: CliContext): (progress: { phase: string; text: string; seconds: number }) => void {
  let said = { text: '', seconds: 0 };
  return ({ text, seconds }) => {
    if (text === said.text && seconds - said.seconds < 10) return;
    said = { text, seconds };
    note(context, `${text}${seconds >= 1 ? ` (${Math.round(seconds)} s)` : ''}`);
  };
}
