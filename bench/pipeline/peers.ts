import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/worker/engine/package-paths.js';

export interface PeerTimes {
  name: string;
  version: string;
  /** CPU milliseconds of each run of a chain of 501, and of a fan of 500. */
  chain: number[];
  fan: number[];
}

/** A peer's times, or why there are none. */
export type Peer = PeerTimes | { name: string; missing: string };

const here = dirname(fileURLToPath(import.meta.url));
/** Packages of the peers; no dependency of perfloop, and not checked in. */
const folder = join(packageRoot, '.tmp', 'pipeline-peers');

export function pythonPeer(runs: number): Peer {
  return peer('LangGraph for Python', () => {
    const python = join(folder, 'python', 'bin', 'python');
    if (!existsSync(join(folder, 'python', 'installed'))) {
      execFileSync('python3', ['-m', 'venv', join(folder, 'python')], { stdio: 'pipe' });
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'langgraph==1.2.22'], { stdio: 'pipe' });
      writeFileSync(join(folder, 'python', 'installed'), '');
    }
    return execFileSync(python, [join(here, 'langgraph_peer.py'), String(runs)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  });
}

export function nodePeer(runs: number): Peer {
  return peer('LangGraph.js', () => {
    const root = join(folder, 'node');
    if (!existsSync(join(root, 'installed'))) {
      mkdirSync(root, { recursive: true });
      writeFileSync(join(root, 'package.json'), '{"private":true}\n');
      execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '@langchain/langgraph@1.7.3'], { cwd: root, stdio: 'pipe' });
      writeFileSync(join(root, 'installed'), '');
    }
    return execFileSync(process.execPath, [join(here, 'langgraph-peer.mjs'), root, String(runs)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  });
}

function peer(name: string, run: () => string): Peer {
  try {
    mkdirSync(folder, { recursive: true });
    const times = JSON.parse(run()) as Omit<PeerTimes, 'name'>;
    return { name, ...times };
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
    return { name, missing: stderr === '' || stderr === undefined ? String(error) : stderr };
  }
}
