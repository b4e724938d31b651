import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A git before the real one on the PATH, which a test can hold: so that it can kill what started it at that very point. */
export interface HeldGit {
  /** The PATH that leads to it. */
  path: string;
  /** From the `from`th one on, each git whose arguments hold this text waits, until `release`. */
  hold(text: string, from?: number): void;
  release(): void;
  /** How many were held since `hold`. */
  count(): number;
}

export function heldGit(root: string): HeldGit {
  const folder = join(root, 'bin');
  const gate = join(root, 'git-gate');
  const log = join(root, 'git-log');
  let before = 0;
  mkdirSync(folder, { recursive: true });
  const outer = process.env['PATH'] ?? '';
  const script = `#!/bin/sh
if [ -e '${gate}' ]; then
  read -r from text < '${gate}'
  case "$*" in *"$text"*)
    echo >> '${log}'
    if [ "$(wc -l < '${log}')" -ge "$from" ]; then while [ -e '${gate}' ]; do sleep 0.02; done; fi ;;
  esac
fi
PATH='${outer.replaceAll("'", String.raw`'\''`)}'
exec git "$@"
`;
  writeFileSync(join(folder, 'git'), script);
  chmodSync(join(folder, 'git'), 0o755);
  return {
    path: `${folder}:${outer}`,
    hold(text, from = 1) {
      writeFileSync(log, '');
      before = from - 1;
      writeFileSync(gate, `${from} ${text}`);
    },
    release: () => rmSync(gate, { force: true }),
    count: () => Math.max(0, readFileSync(log, 'utf8').split('\n').length - 1 - before),
  };
}
