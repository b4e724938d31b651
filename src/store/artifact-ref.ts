import { createHash } from 'node:crypto';
import { z, type ZodType } from 'zod';
import type { ArtifactKind, ArtifactRef } from '../core/artifact.js';
import { PerfloopError } from '../core/errors.js';

const extensions: Record<ArtifactKind, string> = { bundle: 'bundle', candidates: 'json', diff: 'diff', findings: 'json', json: 'json', log: 'log', profile: 'profile', samples: 'json', text: 'txt' };
const refSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0), kind: z.enum(Object.keys(extensions) as [ArtifactKind, ...ArtifactKind[]]) });

/**
 * Content that is put or recalled again is as good as new from then on: beyond this age its time is set anew, so that the
 * garbage collection, which removes nothing younger than a day, never takes what was just handed out.
 */
export const refreshAfterMs = 12 * 3_600_000;

/** Where the bytes lie below the store's root, the same in a folder and in a bucket. */
export function keyOf(ref: ArtifactRef): string {
  const { sha, kind } = refSchema.parse(ref);
  return `${sha.slice(0, 2)}/${sha.slice(2, 4)}/${sha}.${extensions[kind]}`;
}

/** The hash in a key of `keyOf`; undefined for any other file. */
export function shaOfKey(key: string): string | undefined {
  return /^[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{64})\.[a-z]+$/.exec(key)?.[1];
}

/** Where a name is kept. It may be of any length and hold anything, so its hash stands for it. */
export function nameKey(name: string): string {
  return `names/${createHash('sha256').update(name).digest('hex')}.json`;
}

export function nameText(name: string, ref: ArtifactRef): string {
  return JSON.stringify({ name, ref });
}

const namedSchema = z.object({ name: z.string(), ref: refSchema });

/** What `nameText` wrote; undefined for anything else. */
export function readName(text: string): { name: string; ref: ArtifactRef } | undefined {
  try {
    return namedSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The content of an artifact as JSON, and by the schema where one is given. Throws PL_ARTIFACT_SHAPE. */
export function parseArtifact<T>(bytes: Buffer, ref: ArtifactRef, place: string, schema?: ZodType<T>): T {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return schema === undefined ? (value as T) : schema.parse(value);
  } catch (error) {
    throw new PerfloopError('PL_ARTIFACT_SHAPE', `${artifactText(ref)} does not hold what is expected of it`, { where: place, fix: 'It was written by another version of perfloop: use that version, or start a new run.', cause: error });
  }
}

export const artifactText = (ref: ArtifactRef): string => `artifact ${ref.sha.slice(0, 12)} (${ref.kind})`;

export function corruptArtifact(ref: ArtifactRef, place: string): PerfloopError {
  return new PerfloopError('PL_ARTIFACT_CORRUPT', `${artifactText(ref)} no longer holds the bytes it is named by`, {
    where: place,
    fix: 'Restore it from another host or a backup; or delete it and start the run again, which writes it anew.',
  });
}

export function missingArtifact(ref: ArtifactRef, place: string, cause: unknown): PerfloopError {
  return new PerfloopError('PL_ARTIFACT_MISSING', `${artifactText(ref).slice(0, -1)}, ${ref.bytes} bytes) is not in the store`, {
    where: place,
    fix: 'Check that PERFLOOP_ARTIFACTS names the folder or bucket that the run was started with, on every host, and that `perfloop gc` has not removed it with its run; or start the run again.',
    cause,
  });
}
