import { createHash } from 'node:crypto';
import { PerfloopError } from '../../core/errors.js';

/** A key that payloads are encrypted with. */
export interface CodecKey {
  /** The variable that holds it, and a fingerprint: what a payload says of the key it needs. */
  id: string;
  name: string;
  /** Beginning of the SHA-256 of the key, so that another key of the same name is told apart. */
  fingerprint: string;
  /** 32 bytes. */
  bytes: Buffer;
}

/** What happens to payloads before they leave this process. Whatever it says, what is compressed is read, and what a known key encrypted. */
export interface CodecSettings {
  compress: boolean;
  /** The first one encrypts, all decrypt; without any, payloads stay in clear. */
  keys: readonly CodecKey[];
}

export const plainCodec: CodecSettings = { compress: false, keys: [] };

export const keysVariable = 'PERFLOOP_CODEC_KEYS';
export const compressVariable = 'PERFLOOP_CODEC_COMPRESS';

const howToMake = 'Make one with `openssl rand -base64 32`: docs/encryption.md.';
const keyBytes = 32;

/**
 * Reads PERFLOOP_CODEC_KEYS (`$NAME,$NAME`: names of variables, never keys) and PERFLOOP_CODEC_COMPRESS. Throws PL_CODEC_KEYS
 * with every problem; no error repeats what a variable holds.
 */
export function codecSettings(env: NodeJS.ProcessEnv): CodecSettings {
  const problems: string[] = [];
  const entries = (env[keysVariable] ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  const keys = entries.map((entry, index) => keyOf(entry, index, env, problems)).filter((key) => key !== null);
  for (const [index, key] of keys.entries()) if (keys.findIndex(({ fingerprint }) => fingerprint === key.fingerprint) < index) problems.push(`$${key.name} holds the same key as one before it`);
  const compress = env[compressVariable] ?? '';
  if (!['', '0', '1'].includes(compress)) problems.push(`${compressVariable} must be 1 or 0`);
  if (problems.length > 0) throw new PerfloopError('PL_CODEC_KEYS', 'the settings of the payload codec are not right', { where: keysVariable, problems, fix: `Write ${keysVariable}='$NEW,$OLD' in single quotes, with each key in a variable of its own. ${howToMake}` });
  return { compress: compress === '1' || keys.length > 0, keys };
}

function keyOf(entry: string, index: number, env: NodeJS.ProcessEnv, problems: string[]): CodecKey | null {
  const name = /^\$([A-Za-z_]\w*)$/.exec(entry)?.[1];
  if (name === undefined) {
    // It may be a key that the shell put there: it is not shown.
    problems.push(`entry ${index + 1} is no name of a variable with $ in front`);
    return null;
  }
  const text = env[name]?.trim() ?? '';
  const bytes = bytesOf(text);
  if (text === '') problems.push(`$${name} is not set`);
  else if (bytes === null) problems.push(`$${name} is neither base64 nor hexadecimal`);
  else if (bytes.length !== keyBytes) problems.push(`$${name} holds ${bytes.length} bytes, and a key of AES-256 has ${keyBytes}`);
  else return { name, fingerprint: fingerprintOf(bytes), id: `${name}:${fingerprintOf(bytes)}`, bytes };
  return null;
}

function bytesOf(text: string): Buffer | null {
  if (/^(?:[0-9a-f]{2})+$/i.test(text) && text.length === 2 * keyBytes) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

function fingerprintOf(bytes: Buffer): string {
  return createHash('sha256').update('perfloop payload key\0').update(bytes).digest('hex').slice(0, 16);
}
