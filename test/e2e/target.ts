import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A small git repository that perfloop works on, with a folder beside it for what must not be in git. */
export interface Target {
  dir: string;
  /** Beside the repository: proposers, effect counters. */
  outside: string;
  write(files: Record<string, string>): void;
  /** Commits everything and gives the commit. */
  commit(message: string): string;
  git(...args: string[]): string;
  /** Lines that commands of the target wrote to `outside/effects`: what really ran, whatever perfloop believes. */
  effects(): string[];
  remove(): void;
}

export function createTarget(files: (outside: string) => Record<string, string>): Target {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-target-')));
  const [dir, outside] = [join(root, 'repository'), join(root, 'outside')];
  mkdirSync(dir);
  mkdirSync(outside);
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: dir, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: outside, GIT_CONFIG_NOSYSTEM: '1' } }).trimEnd();
  const target: Target = {
    dir,
    outside,
    git,
    write(all) {
      for (const [name, text] of Object.entries(all)) {
        mkdirSync(dirname(join(dir, name)), { recursive: true });
        writeFileSync(join(dir, name), text);
      }
    },
    commit(message) {
      git('add', '--all');
      git('-c', 'user.name=A Person', '-c', 'user.email=person@example.org', 'commit', '--quiet', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    effects: () => (existsSync(join(outside, 'effects')) ? readFileSync(join(outside, 'effects'), 'utf8').trimEnd().split('\n') : []),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  git('init', '--quiet', '--initial-branch=main');
  target.write(withOutside(files(outside), outside));
  target.commit('The base');
  return target;
}

/** The folder beside is no part of the repository, and its commands may write it all the same. */
function withOutside(files: Record<string, string>, outside: string): Record<string, string> {
  const config = files['perfloop.toml'];
  return config === undefined || config.includes('[sandbox]') ? files : { ...files, 'perfloop.toml': `${config}\n[sandbox]\nwritable = ["${outside}"]\n` };
}

/** A shell fragment that leaves a line in the effects. */
export const effect = (outside: string, name: string): string => `echo ${name} >> ${join(outside, 'effects')}`;

/** A function that waits, as code does that polls or sleeps: a profiler sees it, and a busy machine does not disturb it. */
export const waiting = (name: string, ms: number): string => `const cell = new Int32Array(new SharedArrayBuffer(4));
const ms = ${ms};
exports.${name} = function ${name}() {
  Atomics.wait(cell, 0, 0, ms);
  return ms;
};
`;

/** A program whose functions wait, each in `src/NAME.js` for the given milliseconds; `node bench/main.js` calls them all. */
export function waitingProgram(functions: Record<string, number>, config: string): Record<string, string> {
  const names = Object.keys(functions);
  const calls = (then: (call: string, name: string) => string): string => names.map((name) => then(`require('../src/${name}.js').${name}()`, name)).join('\n');
  return {
    ...Object.fromEntries(names.map((name) => [`src/${name}.js`, waiting(name, functions[name] ?? 0)])),
    'bench/main.js': `${calls((call) => `${call};`)}\n`,
    'test/check.js': `${calls((call, name) => `if (typeof ${call} !== 'number') throw new Error('${name} gives no number');`)}\n`,
    'perfloop.toml': config,
  };
}

/**
 * The same, measured by a rate that follows from the milliseconds in the sources alone, and by a shell that starts in no
 * time: verdicts are certain and quick on any machine. For tests of what is done with verdicts.
 */
export function scoredProgram(functions: Record<string, number>, config: string): Record<string, string> {
  const commands = '[commands]\nbenchmark = "sh bench/score.sh"\nprofile = "node bench/main.js"\n';
  const metrics = '[[metrics]]\nname = "score"\npattern = "score: ([0-9]+)"\ngoal = "max"\n';
  const verdict = '[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = 6\nbuilds = 1\nnoise_pairs = 4\nfinal_pairs = 10\n';
  return { ...waitingProgram(functions, `${commands}${verdict}${inOneLane(config)}\n${metrics}`), 'bench/score.sh': scoreScript };
}

/** How many trials are under way at once would else depend on how busy the machine is. */
function inOneLane(config: string): string {
  if (config.includes('trials_at_once')) return config;
  return config.includes('[loop]\n') ? config.replace('[loop]\n', '[loop]\ntrials_at_once = 1\n') : `${config}\n[loop]\ntrials_at_once = 1\n`;
}

/** Adds up the `const ms = N;` of the sources, sleeps that long, at most 100 ms, and prints a rate. */
export const scoreScript = `total=20
for file in src/*.js; do
  while read -r keyword name equals value; do
    if [ "$keyword $name" = "const ms" ]; then total=$((total + \${value%;})); fi
  done < "$file"
done
sleep "$(printf 0.%03d "$((total < 100 ? total : 100))")"
echo "score: $((1000000 / total))"
`;

/**
 * A proposer: a program with a body that knows `finding` (function, file) and `text` (of the finding's file). It edits the
 * worktree it runs in, and the first line that it prints is the candidate's title. Gives its path.
 */
export function proposer(outside: string, body: string): string {
  const file = join(outside, 'propose.mjs');
  writeFileSync(
    file,
    `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const { finding } = JSON.parse(readFileSync(0, 'utf8'));
const name = finding.function;
const text = readFileSync(finding.file, 'utf8');
const write = (changed, file = finding.file) => writeFileSync(file, changed);
${body}
`,
  );
  return file;
}

/** Makes whichever function it is asked for wait 2 ms. */
export const makesFast = `if (/const ms = (?!2;)/.test(text)) {
  write(text.replace(/const ms = \\d+/, 'const ms = 2'));
  console.log(\`\${name} waits no longer\`);
}`;
