import { openArtifacts, type ArtifactStore } from './artifacts.js';
import type { Home } from './home.js';
import { isAddress, parseAddress } from './s3/address.js';
import { S3Bucket } from './s3/bucket.js';
import { openS3Artifacts } from './s3/store.js';

export interface StoreOptions {
  env?: NodeJS.ProcessEnv;
  /** How long to go on trying while a bucket's server does not answer, milliseconds. A command line is not waited for as long as a worker. */
  patienceMs?: number;
}

/** What the cache of a bucket takes unless PERFLOOP_ARTIFACT_CACHE_GB says otherwise. */
const cacheGigabytes = 20;

const opened = new Map<string, ArtifactStore>();

/** The store that a home's settings name: a folder, or a bucket as `s3://bucket/prefix`. One a process, so that all share its uploads. */
export function artifactsOf(home: Home, { env = process.env, patienceMs = 30_000 }: StoreOptions = {}): ArtifactStore {
  if (!isAddress(home.artifacts)) return openArtifacts(home.artifacts);
  const key = `${home.artifacts} ${home.artifactCache}`;
  const store = opened.get(key) ?? openS3Artifacts({ bucket: new S3Bucket({ address: parseAddress(home.artifacts), env, patienceMs }), cache: home.artifactCache, cacheBytes: cacheBytes(env) });
  opened.set(key, store);
  return store;
}

function cacheBytes(env: NodeJS.ProcessEnv): number {
  const set = Number(env['PERFLOOP_ARTIFACT_CACHE_GB'] ?? '');
  return (set > 0 ? set : cacheGigabytes) * 2 ** 30;
}
