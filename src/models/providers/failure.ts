import type { Usage } from '../usage.js';

/**
 * `rate`: too many requests, or the provider is overloaded. `server`: its own error. `connection`: it was not reached.
 * `cut`: the answer ended before its end. `malformed`: it is no stream of this API. `stalled`: it took too long.
 * `too-long`: it did not end. `key`: the key or the account was refused. `request`: what was asked was.
 */
export type FailureKind = 'rate' | 'server' | 'connection' | 'cut' | 'malformed' | 'stalled' | 'too-long' | 'key' | 'request';

const passing: ReadonlySet<FailureKind> = new Set(['rate', 'server', 'connection', 'cut', 'malformed', 'stalled']);

/** Why a call of a model gave no answer. */
export class ModelFailure extends Error {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** What the provider has charged for, as far as the stream told; undefined: nobody knows. */
  readonly spent: Usage | undefined;
  /** It charges nothing: it answered with an error in place of a stream, or the request never left. */
  readonly free: boolean;

  constructor(
    readonly kind: FailureKind,
    message: string,
    { status, retryAfterMs, spent, unsent = false }: { status?: number | undefined; retryAfterMs?: number | undefined; spent?: Usage | undefined; unsent?: boolean } = {},
  ) {
    super(message);
    this.name = 'ModelFailure';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.spent = spent;
    this.free = spent === undefined && (unsent || (status !== undefined && status >= 400));
  }

  /** Whether another try may help. */
  get passes(): boolean {
    return passing.has(this.kind);
  }
}

/** What both SDKs throw for an answer that is an error: they are made by the same generator. */
interface SdkError {
  status?: number;
  headers?: Headers;
  message: string;
  code?: string | null;
  type?: string | null;
}

/** Of connections that were never made. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** The failure behind what an SDK threw. `spent`: what was counted before. */
export function failureOf(error: unknown, spent?: Usage): ModelFailure {
  if (error instanceof ModelFailure) return error;
  if (error instanceof SyntaxError) return new ModelFailure('malformed', `the answer is no stream of this API: ${error.message}`, { spent });
  if (!(error instanceof Error)) return new ModelFailure('connection', String(error), { spent });
  const { status, headers, code, type } = error as Error & SdkError;
  if (status === undefined) {
    const byType = kindOfType(`${code ?? ''} ${type ?? ''} ${error.message}`);
    return new ModelFailure(byType ?? (spent === undefined ? 'connection' : 'cut'), `${error.message}${causeOf(error)}`, { spent, unsent: causesOf(error).some((cause) => 'code' in cause && neverSent.has(String(cause.code))) });
  }
  const kind = kindOfStatus(status, `${code ?? ''} ${type ?? ''}`);
  return new ModelFailure(kind, error.message, { status, retryAfterMs: retryAfterMs(headers, Date.now()), spent });
}

function kindOfStatus(status: number, said: string): FailureKind {
  // An account without credit stays so, however long one waits.
  if (status === 401 || status === 403 || said.includes('insufficient_quota') || said.includes('billing')) return 'key';
  if (status === 429 || status === 529 || status === 503) return 'rate';
  if (status >= 500 || status === 408 || status === 409) return 'server';
  return 'request';
}

/** An error that comes within the stream has a type and no status. */
function kindOfType(said: string): FailureKind | null {
  if (/rate_limit|overloaded/.test(said)) return 'rate';
  if (/server_error|api_error/.test(said)) return 'server';
  if (/authentication_error|permission_error|insufficient_quota/.test(said)) return 'key';
  return /invalid_request|context_length/.test(said) ? 'request' : null;
}

/** Node hides why a connection failed behind `fetch failed`. */
function causeOf(error: Error): string {
  const told = causesOf(error).map(({ message }) => message).filter((message) => message !== '');
  return told.length === 0 ? '' : ` (${told.join(': ')})`;
}

/** The nearest ones only: a chain could be a ring. */
function causesOf(error: Error): Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 4; cause = cause.cause) causes.push(cause);
  return causes;
}

/** What Retry-After asks for: seconds or a date (RFC 9110, 10.2.3), or milliseconds in the header of both providers. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const said = headers?.get('retry-after');
  if (said == null || said.trim() === '') return undefined;
  const seconds = Number(said);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(said);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
