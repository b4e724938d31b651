import type { Client, ConnectionLike, ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../core/errors.js';
import { defaultQueuePrefix } from '../core/queues.js';
import { tracing } from '../telemetry/spans.js';
import { codecSettings, plainCodec, type CodecSettings } from './codec/settings.js';

/** Everything that a client or a worker needs to reach a server. */
export interface ConnectionSettings {
  local: false;
  address: string;
  namespace: string;
  tls: ConnectionOptions['tls'];
  apiKey: string | undefined;
  metadata: Record<string, string> | undefined;
  /** First part of every task queue name; see core/queues.ts. */
  queuePrefix: string;
  codec: CodecSettings;
}

/** No address is configured: the local engine is meant. */
export interface LocalSettings {
  local: true;
  queuePrefix: string;
  codec: CodecSettings;
}

export interface ConnectionRequest {
  /** From flags; they win over the environment, and the environment over Temporal's profile file. */
  address?: string;
  namespace?: string;
  profile?: string;
  env: NodeJS.ProcessEnv;
}

/** What is said while a server does not answer. */
export interface Patience {
  /** How long to go on trying, milliseconds. 10 s unless told. */
  patienceMs?: number;
  /** Called once a second while the server is away. */
  onWaiting?: (text: string) => void;
}

/** Reads flags, TEMPORAL_* variables and Temporal's profile file. Throws PL_TEMPORAL_CONFIG when they do not parse, PL_CODEC_KEYS where the codec's are not right. */
export function resolveConnection(request: ConnectionRequest): ConnectionSettings | LocalSettings {
  const queuePrefix = request.env['PERFLOOP_QUEUE_PREFIX'] || defaultQueuePrefix;
  const codec = codecSettings(request.env);
  const { connectionOptions, namespace } = loadProfile(request);
  const address = request.address || connectionOptions.address;
  if (!address) return { local: true, queuePrefix, codec };
  const metadata = connectionOptions.metadata as Record<string, string> | undefined;
  return { local: false, address, namespace: request.namespace || namespace || 'default', tls: connectionOptions.tls, apiKey: connectionOptions.apiKey, metadata, queuePrefix, codec };
}

function loadProfile(request: ConnectionRequest): ClientConnectConfig {
  const overrideEnvVars = Object.fromEntries(Object.entries(request.env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
  try {
    return loadClientConnectConfig({ overrideEnvVars, ...(request.profile ? { profile: request.profile } : {}) });
  } catch (error) {
    throw new PerfloopError('PL_TEMPORAL_CONFIG', `Temporal's settings cannot be read: ${textOf(error)}`, {
      where: overrideEnvVars['TEMPORAL_CONFIG_FILE'] ?? 'the TEMPORAL_* variables and the profile file of the temporal command',
      fix: 'Mend that file, or name another profile with --temporal-profile or TEMPORAL_PROFILE.',
      cause: error,
    });
  }
}

/** Settings of a server without TLS, such as the local engine's. */
export function plainSettings(server: { address: string; namespace: string }, queuePrefix: string, codec: CodecSettings = plainCodec): ConnectionSettings {
  return { local: false, address: server.address, namespace: server.namespace, tls: undefined, apiKey: undefined, metadata: undefined, queuePrefix, codec };
}

/**
 * Connects and checks that the namespace exists. Close with `client.connection.close()`.
 * Throws PL_TEMPORAL_UNREACHABLE, PL_TEMPORAL_TLS, PL_TEMPORAL_DENIED or PL_TEMPORAL_NAMESPACE.
 */
export async function connectClient(settings: ConnectionSettings, patience: Patience = {}): Promise<Client> {
  const { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } = await import('@temporalio/client');
  const connection = await persist(settings, patience, async (connectTimeout) => {
    const attempt = Connection.lazy({ ...transport(settings), connectTimeout, interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 5 })), withDefaultDeadline] });
    try {
      await attempt.ensureConnected();
      await attempt.withDeadline(Date.now() + 5000, () => attempt.workflowService.describeNamespace({ namespace: settings.namespace }));
      return attempt;
    } catch (error) {
      await attempt.close();
      throw error;
    }
  });
  return await clientOver(connection, settings);
}

/** A client over a connection that is there, with the codec that the settings name. */
export async function clientOver(connection: ConnectionLike, settings: ConnectionSettings): Promise<Client> {
  const [{ Client }, { dataConverter }] = await Promise.all([import('@temporalio/client'), import('./codec/codec.js')]);
  const interceptors = tracing() ? { interceptors: { workflow: [(await import('./telemetry/tracing.js')).tracedClient(process.env)] } } : {};
  return new Client({ connection, namespace: settings.namespace, dataConverter: dataConverter(settings.codec), ...interceptors });
}

/** Connects a worker; the same errors as `connectClient`. */
export async function connectWorker(settings: ConnectionSettings, patience: Patience = {}): Promise<NativeConnection> {
  const { NativeConnection } = await import('@temporalio/worker');
  return await persist(settings, patience, async () => {
    const attempt = await inTime(NativeConnection.connect(transport(settings)));
    try {
      await attempt.withDeadline(Date.now() + 5000, () => attempt.workflowService.describeNamespace({ namespace: settings.namespace }));
      return attempt;
    } catch (error) {
      await attempt.close();
      throw error;
    }
  });
}

/** The kernel alone would try for two minutes to reach a server behind a firewall that drops what comes. */
const longestConnectMs = 10_000;

async function inTime(connecting: Promise<NativeConnection>): Promise<NativeConnection> {
  let isOver = false;
  // Too late, it serves nobody.
  void connecting.then(async (late) => (isOver ? await late.close() : undefined), () => undefined);
  const limit = new AbortController();
  try {
    return await Promise.race([connecting, sleep(longestConnectMs, null, { signal: limit.signal }).then(() => { throw new Error(`no connection within ${longestConnectMs / 1000} s`); })]);
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    limit.abort();
  }
}

function transport(settings: ConnectionSettings): Pick<ConnectionOptions, 'address' | 'tls' | 'metadata'> & { apiKey?: string } {
  return {
    address: settings.address,
    ...(settings.tls === undefined ? {} : { tls: settings.tls }),
    ...(settings.metadata === undefined ? {} : { metadata: settings.metadata }),
    ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }),
  };
}

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** Calls that the server itself holds open for up to a minute. */
const longPolls = /\/(GetWorkflowExecutionHistory|PollWorkflowExecutionUpdate|UpdateWorkflowExecution|ExecuteMultiOperation)$/;

/** No call may wait for ever on a server that went away; a deadline that the caller set wins. */
const withDefaultDeadline: Interceptor = (options, nextCall) => {
  const deadline = options.deadline ?? Date.now() + (longPolls.test(options.method_definition.path) ? 70_000 : 15_000);
  try {
    return nextCall({ ...options, deadline }) as ReturnType<Interceptor>;
  } catch (error) {
    return failedCall(error) as ReturnType<Interceptor>;
  }
};

/** A retry that comes due after the connection was closed throws in a timer, where nobody can catch it: it fails as a call does. */
function failedCall(error: unknown): ReturnType<Parameters<Interceptor>[1]> {
  const nothing = (): void => undefined;
  return {
    start(metadata, listener) {
      listener?.onReceiveMessage?.(null);
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- no package of ours exports gRPC's enum
      listener?.onReceiveStatus?.({ code: grpcCodes.cancelled, details: textOf(error), metadata });
    },
    sendMessage: nothing,
    sendMessageWithContext: nothing,
    startRead: nothing,
    halfClose: nothing,
    cancelWithStatus: nothing,
    getPeer: () => '',
    getAuthContext: () => null,
  };
}

/** A refused connection is only known by the end of an attempt, so one is not longer than a slow handshake needs. */
const longestAttemptMs = 3000;
const shortestAttemptMs = 300;

async function persist<T>(settings: ConnectionSettings, patience: Patience, attempt: (limitMs: number) => Promise<T>): Promise<T> {
  const began = performance.now();
  const limit = patience.patienceMs ?? 10_000;
  for (let said = 0; ; ) {
    try {
      return await attempt(Math.min(Math.max(limit - (performance.now() - began), shortestAttemptMs), longestAttemptMs));
    } catch (error) {
      const over = performance.now() - began >= limit;
      const refusal = refusalOf(error, settings) ?? (await ofTls(settings, over));
      if (refusal) throw refusal;
      // Not by what is left now: who was not over when TLS was looked at has not been asked what counts only in the end.
      if (over) throw unreachable(settings, error);
      const waited = performance.now() - began;
      if (waited >= said && waited < limit) {
        patience.onWaiting?.(`The Temporal server at ${settings.address} does not answer; trying for another ${Math.ceil((limit - waited) / 1000)} s.`);
        said = waited + 1000;
      }
    }
    await sleep(200);
  }
}

/** The server answered, and trying again would not help. */
function refusalOf(error: unknown, settings: ConnectionSettings): PerfloopError | null {
  const text = textOf(error);
  const code = codeOf(error);
  if (text.startsWith('Invalid address')) return new PerfloopError('PL_TEMPORAL_CONFIG', `the address of the Temporal server makes no sense: ${settings.address}`, { where: '--address or TEMPORAL_ADDRESS', fix: 'Write it as HOST:PORT, such as localhost:7233.', cause: error });
  if (code === grpcCodes.notFound) {
    return new PerfloopError('PL_TEMPORAL_NAMESPACE', `the server has no namespace ${settings.namespace}`, {
      where: settings.address,
      fix: `Create it with \`temporal operator namespace create -n ${settings.namespace} --address ${settings.address}\`, or name another with --namespace or TEMPORAL_NAMESPACE.`,
      cause: error,
    });
  }
  if (code !== grpcCodes.unauthenticated && code !== grpcCodes.permissionDenied) return null;
  const key = settings.apiKey === undefined ? 'No API key is given: set TEMPORAL_API_KEY, or api_key in the profile, where the server wants one.' : 'Check the API key (TEMPORAL_API_KEY, or api_key in the profile): it may have expired, or be of another account or namespace.';
  return new PerfloopError('PL_TEMPORAL_DENIED', `the server refuses: ${innermost(error)}`, { where: `${settings.address}, namespace ${settings.namespace}`, fix: `${key} With client certificates, that of this one must be known to the namespace.`, cause: error });
}

/** What is wrong with TLS does not mend itself. */
async function ofTls(settings: ConnectionSettings, last: boolean): Promise<PerfloopError | null> {
  const { tlsProblem } = await import('./tls-problem.js');
  return await tlsProblem(settings, { last, limitMs: 3000 });
}

function unreachable(settings: ConnectionSettings, error: unknown): PerfloopError {
  return new PerfloopError('PL_TEMPORAL_UNREACHABLE', `the Temporal server does not answer: ${textOf(error)}`, {
    where: settings.address,
    fix: 'Start it, or unset TEMPORAL_ADDRESS (and --address) and run `perfloop up`, which starts a local one.',
    cause: error,
  });
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const grpcCodes = { cancelled: 1, notFound: 5, permissionDenied: 7, unauthenticated: 16 } as const;

function codeOf(error: unknown): number | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'number') return at.code;
  }
  // A worker's connection says it in words alone: those of the library that it is made with.
  const text = textOf(error);
  if (text.includes('does not have valid authentication credentials')) return grpcCodes.unauthenticated;
  return text.includes('does not have permission to execute the specified operation') ? grpcCodes.permissionDenied : null;
}

function innermost(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : textOf(error);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
