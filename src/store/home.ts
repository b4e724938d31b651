import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAddress } from './s3/address.js';

/** Where perfloop keeps its things on this machine. One home is one host. */
export interface Home {
  root: string;
  /** SQLite knowledge base. */
  db: string;
  /** Content-addressed bytes, which several hosts may share: a folder, or `s3://bucket/prefix`. */
  artifacts: string;
  /** What this host has seen of a bucket. */
  artifactCache: string;
  /** Bare repositories, one a target. */
  repos: string;
  worktrees: string;
  /** Results of setup commands by the hash of their inputs. */
  cache: string;
  /** Journals of running commands and of samples. */
  journal: string;
  locks: string;
  /** The Temporal server's binary and database. */
  temporal: string;
  /** Human-readable files, one folder a run. */
  logs: string;
  /** Identity of this host, made on first use. */
  hostFile: string;
  /** Why the last worker of this home began anew for its memory. */
  memoryFile: string;
  /** State of the local engine while it runs. */
  engineFile: string;
}

/** The home named by PERFLOOP_HOME and PERFLOOP_ARTIFACTS, or `~/.perfloop`. Creates nothing. */
export function homeFrom(env: NodeJS.ProcessEnv): Home {
  const root = resolve(env['PERFLOOP_HOME'] || join(homedir(), '.perfloop'));
  return {
    root,
    db: join(root, 'perfloop.db'),
    artifacts: artifactsIn(env['PERFLOOP_ARTIFACTS'] || join(root, 'artifacts')),
    artifactCache: join(root, 'artifact-cache'),
    repos: join(root, 'repos'),
    worktrees: join(root, 'worktrees'),
    cache: join(root, 'cache'),
    journal: join(root, 'journal'),
    locks: join(root, 'locks'),
    temporal: join(root, 'temporal'),
    logs: join(root, 'logs'),
    hostFile: join(root, 'host.json'),
    memoryFile: join(root, 'memory.json'),
    engineFile: join(root, 'engine.json'),
  };
}

function artifactsIn(setting: string): string {
  return isAddress(setting) ? setting : resolve(setting);
}
