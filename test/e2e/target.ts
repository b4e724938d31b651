import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

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
}

/** Call at the top of a file or of a describe block; it is removed afterwards. */
export function makeTarget(files: (outside: string) => Record<string, string>): Target {
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
  };
  git('init', '--quiet', '--initial-branch=main');
  target.write(files(outside));
  target.commit('The base');
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return target;
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

/**
 * A program whose functions wait, each in `src/NAME.js` for the given milliseconds. With `score` the benchmark prints a
 * rate that follows from those milliseconds alone, so that verdicts are certain; else its wall time counts.
 */
export function waitingProgram(functions: Record<string, number>, options: { config: string; score?: boolean }): Record<string, string> {
  const names = Object.keys(functions);
  const calls = names.map((name) => `  require('../src/${name}.js').${name}(),`).join('\n');
  const score = options.score === true ? '[[metrics]]\nname = "score"\npattern = "score: ([0-9.]+)"\ngoal = "max"\n' : '';
  return {
    ...Object.fromEntries(names.map((name) => [`src/${name}.js`, waiting(name, functions[name] ?? 0)])),
    'bench/main.js': `const waited = [\n${calls}\n];\nconsole.log(\`score: \${10000 / (50 + waited.reduce((sum, ms) => sum + ms, 0))}\`);\n`,
    'test/check.js': `${names.map((name) => `if (typeof require('../src/${name}.js').${name}() !== 'number') throw new Error('${name} gives no number');`).join('\n')}\n`,
    'perfloop.toml': `${options.config}\n${score}`,
  };
}

/**
 * A proposer: a program with a body that knows `finding` (function, file) and `text` (of the finding's file). It edits the
 * worktree it runs in, and the first line that it prints is the candidate's title. Gives its path.
 */
export function proposer(outside: string, body: string): string {
  const file = join(outside, 'propose.mjs');
  writeFileSync(
    file,
    `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const finding = JSON.parse(readFileSync(0, 'utf8'));
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
