import { PerfloopError } from '../../core/errors.js';

/** What the client library throws: of the server with a status, of the network with a code. */
interface Thrown {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const statusOf = (error: unknown): number | undefined => (error as Thrown).$metadata?.httpStatusCode;
const nameOf = (error: unknown): string => (error as Thrown).name ?? '';

/** That a key is not there. A HEAD has no body, so that it cannot say whether the bucket is. */
export function isAbsent(error: unknown): boolean {
  return nameOf(error) === 'NoSuchKey' || nameOf(error) === 'NotFound';
}

const passing = new Set(['BadDigest', 'IncompleteBody', 'OperationAborted', 'RequestTimeout', 'SlowDown', 'TimeoutError', 'TooManyRequestsException', 'XAmzContentSHA256Mismatch']);

/** Whether the same may work a moment later: the network, a server that starts, is busy, or got other bytes than were sent. */
export function isPassing(error: unknown): boolean {
  if (error instanceof PerfloopError) return false;
  if (passing.has(nameOf(error))) return true;
  const status = statusOf(error);
  if (status !== undefined && status >= 400) return status >= 500 || status === 408 || status === 429;
  const { code = '', message = '' } = error as Thrown;
  return /^(?:E[A-Z_]+|UND_ERR_\w+)$/.test(code) || /socket hang up|aborted|premature close|timed? ?out/i.test(message);
}

/** What a failure means for the user; what nobody foresaw is passed on as it is. */
export function failureOf(error: unknown, place: string, endpoint: string): unknown {
  if (error instanceof PerfloopError) return error;
  const where = `${place} at ${endpoint}`;
  const { message = '' } = error as Thrown;
  const status = statusOf(error);
  if (nameOf(error) === 'CredentialsProviderError') {
    return new PerfloopError('PL_ARTIFACTS_DENIED', 'there are no credentials for the bucket', { where, fix: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, for every worker and client.', cause: error });
  }
  if (/region is missing/i.test(message)) return new PerfloopError('PL_ARTIFACTS_ADDRESS', 'the region of the bucket is not set', { where, fix: 'Set AWS_REGION.', cause: error });
  if (nameOf(error) === 'NoSuchBucket') {
    return new PerfloopError('PL_ARTIFACTS_NO_BUCKET', 'the bucket does not exist', { where, fix: 'Create it, or correct PERFLOOP_ARTIFACTS and AWS_ENDPOINT_URL_S3. perfloop makes no buckets.', cause: error });
  }
  if (status === undefined || status < 300) return error;
  const said = `HTTP ${status}${/^(?:Unknown|Error)?$/.test(nameOf(error)) ? '' : ` ${nameOf(error)}: ${message}`}`;
  if (status < 400) return new PerfloopError('PL_ARTIFACTS_ADDRESS', `the bucket is elsewhere: ${said}`, { where, fix: 'Set AWS_REGION to the region of the bucket.', cause: error });
  return new PerfloopError('PL_ARTIFACTS_DENIED', `the server of the artifacts refuses: ${said}`, {
    where,
    fix: 'Correct the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN) and what they may do: list the bucket, and get, put and delete below the prefix. A clock that is minutes off is refused, too.',
    cause: error,
  });
}

export function unreachable(error: unknown, place: string, endpoint: string, seconds: number): PerfloopError {
  const { code = '', message = '' } = error as Thrown;
  const status = statusOf(error);
  const said = status !== undefined && status >= 400 ? `HTTP ${status} ${nameOf(error)}` : message || code || nameOf(error);
  return new PerfloopError('PL_ARTIFACTS_UNREACHABLE', `the server of the artifacts has not answered for ${Math.round(seconds)} s: ${said}`, {
    where: `${place} at ${endpoint}`,
    fix: 'Start it, or correct AWS_ENDPOINT_URL_S3; `perfloop doctor` tells when it answers. A run that ended of it goes on with `perfloop run DIR --resume`.',
    cause: error,
  });
}
