import { PerfloopError } from '../../core/errors.js';

/** Where in which bucket the artifacts lie. */
export interface S3Address {
  bucket: string;
  /** Before every key: empty, or with a slash at its end. */
  prefix: string;
}

/** Whether the setting names another place than a folder. */
export function isAddress(artifacts: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(artifacts);
}

/** Reads `s3://bucket/prefix`. Throws PL_ARTIFACTS_ADDRESS, without repeating what may be a password. */
export function parseAddress(artifacts: string): S3Address {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/.exec(artifacts);
  if (found === null) throw refused(artifacts);
  const path = (found[2] ?? '').split('/').filter((part) => part !== '');
  if (path.some((part) => part === '.' || part === '..')) throw refused(artifacts);
  return { bucket: found[1] ?? '', prefix: path.map((part) => `${part}/`).join('') };
}

function refused(artifacts: string): PerfloopError {
  const [scheme = ''] = artifacts.split('://');
  if (artifacts.includes('@')) {
    return new PerfloopError('PL_ARTIFACTS_ADDRESS', 'the address of the artifacts holds credentials, which would reach logs', { where: 'PERFLOOP_ARTIFACTS', fix: 'Write s3://bucket/prefix, and give the keys by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.' });
  }
  return new PerfloopError('PL_ARTIFACTS_ADDRESS', scheme === 's3' ? `no bucket can have this address: ${artifacts}` : `artifacts cannot lie at ${scheme}://`, { where: `PERFLOOP_ARTIFACTS=${artifacts}`, fix: 'Name a folder, or a bucket as s3://bucket/prefix; another S3 server than that of AWS by AWS_ENDPOINT_URL_S3.' });
}
