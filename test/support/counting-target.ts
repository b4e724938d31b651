import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateConfig } from '../../src/core/config/parse.js';
import type { Config, ConfigInput } from '../../src/core/config/schema.js';
import { jobProcesses } from '../../src/measure/processes.js';

export type Role = 'setup' | 'build' | 'test' | 'bench' | 'profile' | 'propose';

/** A line that a command of the target wrote outside of perfloop. */
export interface Effect {
  role: Role;
  /** `held`: it waits, because a test holds its role. `overlap`: an earlier one of its role works in the same worktree. */
  what: 'begin' | 'held' | 'end' | 'overlap';
  pid: number;
  /** Where it ran: one path for each worktree that was ever opened. */
  worktree: string;
}

/** A repository whose commands count themselves in a file outside of it, and wait where a test holds them. */
export interface CountingTarget {
  /** The user's checkout. Its branch `faster` does what `propose` proposes. */
  dir: string;
  config: Config;
  effects(): Effect[];
  count(role: Role, what: Effect['what']): number;
  /** Commands of this role wait from their `from`th beginning in a worktree on, until `release`; each notes `held`. */
  hold(role: string, from?: number): void;
  release(role: string): void;
  /** Hash of every path, mode, time and byte of the checkout, `.git` included. */
  fingerprint(): string;
  /** Process ids of everything that commands of the target started and that lives. */
  processes(): Promise<number[]>;
  remove(): void;
}

/** What each command does, as shell, between writing that it begins and that it ends. */
const actions: Record<Role, string> = {
  setup: 'mkdir -p deps && echo installed > deps/installed',
  build: 'mkdir -p out && cat src/delay > out/delay && test -e deps/installed',
  test: 'test -e out/delay',
  // Mostly asleep: so the difference is large and the same on a busy machine.
  bench: 'sleep "$(cat out/delay)"',
  profile: 'node main.js',
  propose: 'cat > /dev/null; echo 0.02 > src/delay; echo "Sleep less"',
};

// So much work, not so much time: on a busy machine, too, a profiler sees it.
const main = `const { spin } = require('./src/spin.js');
console.log(spin(1e8));
`;

const spin = `exports.spin = function spin(turns) {
  let sum = 0;
  for (let turn = 0; turn < turns; turn++) sum += Math.sqrt(turn);
  return sum;
};
`;

/**
 * The benchmark of the base sleeps 150 ms, that of a candidate 20: far apart, so that what holds a process up on a busy machine turns few pairs. `replace` puts other shell in the place of a command's
 * action; `config` is laid over the configuration, key by key within a table. Without it there is one fresh build of each side.
 */
export function countingTarget(options: { replace?: Partial<Record<Role, string>>; timeout?: Partial<Record<Role, string>>; config?: ConfigInput } = {}): CountingTarget {
  const root = mkdtempSync(join(tmpdir(), 'perfloop-target-'));
  const dir = join(root, 'checkout');
  const gates = join(root, 'gates');
  const log = join(root, 'effects');
  mkdirSync(gates);
  writeFileSync(log, '');
  writeRepository(dir, { ...actions, ...options.replace });

  const effects = (): Effect[] =>
    readFileSync(log, 'utf8').split('\n').slice(0, -1).map((line) => {
      const [role, what, pid, worktree] = line.split(' ') as [Role, Effect['what'], string, string];
      return { role, what, pid: Number(pid), worktree };
    });
  return {
    dir,
    config: validateConfig(configOf({ log, gates, marker: root }, options.timeout ?? {}, options.config ?? {}), 'the config of the test'),
    effects,
    count: (role, what) => effects().filter((effect) => effect.role === role && effect.what === what).length,
    hold: (role, from = 1) => writeFileSync(join(gates, role), String(from)),
    release: (role) => rmSync(join(gates, role), { force: true }),
    fingerprint: () => fingerprint(dir),
    processes: async () => (await jobProcesses({ group: null, marker: root })).map(({ pid }) => pid),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function configOf(outside: { log: string; gates: string; marker: string }, timeout: Partial<Record<Role, string>>, over: ConfigInput): ConfigInput {
  // The name ends in that of the marker of a job, so that `jobProcesses` finds every process that inherits it.
  const env = { FAULT_LOG: outside.log, FAULT_GATES: outside.gates, FAULT_PERFLOOP_JOB: outside.marker };
  const command = (role: Role) => ({ run: `sh step.sh ${role}`, env, ...(timeout[role] === undefined ? {} : { timeout: timeout[role] }) });
  return {
    // What they write outside, and the pids that they tell, are the test's eyes.
    sandbox: { mode: 'off' },
    ...over,
    target: { setup: command('setup'), ...over.target },
    commands: { build: command('build'), test: command('test'), benchmark: command('bench'), profile: command('profile'), ...over.commands },
    // It counts what is executed: instructions are counted in runs of their own.
    verdict: { builds: 1, noise_pairs: 4, final_pairs: 10, witness: 'off', ...over.verdict },
    loop: { rounds: 1, ...over.loop },
    propose: { recipes: false, script: command('propose'), ...over.propose },
  };
}

function writeRepository(dir: string, does: Record<Role, string>): void {
  mkdirSync(join(dir, 'src'), { recursive: true });
  writeFileSync(join(dir, 'step.sh'), stepScript(does));
  writeFileSync(join(dir, 'main.js'), main);
  writeFileSync(join(dir, 'src', 'spin.js'), spin);
  writeFileSync(join(dir, 'src', 'delay'), '0.15\n');
  writeFileSync(join(dir, '.gitignore'), 'deps/\nout/\n');
  git(dir, 'init', '--quiet', '--initial-branch=main');
  git(dir, 'config', 'user.name', 'Somebody');
  git(dir, 'config', 'user.email', 'somebody@localhost');
  commitAll(dir, 'The base');
  git(dir, 'checkout', '--quiet', '-b', 'faster');
  writeFileSync(join(dir, 'src', 'delay'), '0.02\n');
  commitAll(dir, 'Sleep less');
  git(dir, 'checkout', '--quiet', 'main');
  // What is not committed is the user's too.
  writeFileSync(join(dir, 'notes.txt'), 'not committed\n');
}

function stepScript(does: Record<Role, string>): string {
  const cases = Object.entries(does).map(([role, action]) => `${role}) ${action} ;;`);
  return `role=$1
note() { echo "$role $1 $$ $PWD" >> "$FAULT_LOG"; }
if [ $role != bench ]; then
  for pid in $(grep "^$role begin [0-9]* $PWD\\$" "$FAULT_LOG" | cut -d ' ' -f 3); do
    if kill -0 $pid 2> /dev/null && ! grep -q '^State:.*zombie' /proc/$pid/status 2> /dev/null; then note overlap; fi
  done
fi
note begin
gate=$FAULT_GATES/$role
if [ -e "$gate" ] && [ "$(grep -c "^$role begin [0-9]* $PWD\\$" "$FAULT_LOG")" -ge "$(cat "$gate")" ]; then
  note held
  while [ -e "$gate" ]; do sleep 0.02; done
fi
case $role in
${cases.join('\n')}
esac || exit 1
note end
`;
}

export function git(dir: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export function commitAll(dir: string, message: string): string {
  git(dir, 'add', '--all');
  git(dir, 'commit', '--quiet', '--message', message);
  return git(dir, 'rev-parse', 'HEAD');
}

function fingerprint(root: string): string {
  const hash = createHash('sha256');
  for (const name of (readdirSync(root, { recursive: true }) as string[]).sort()) {
    const path = join(root, name);
    const found = lstatSync(path);
    hash.update(`${name}\0${found.mode}\0${found.isDirectory() ? '' : found.mtimeMs}\0`);
    if (found.isSymbolicLink()) hash.update(readlinkSync(path));
    else if (found.isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}
