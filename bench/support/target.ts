import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small repository with a benchmark of about 60 ms, and a change on branch `faster` that takes a third of it away. */
export function benchTarget(root: string, more = ''): string {
  const folder = join(root, 'target');
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], { cwd: folder, encoding: 'utf8' });
  const spin = (milliseconds: number): string => `exports.work = () => { const end = performance.now() + ${milliseconds}; while (performance.now() < end); };\n`;
  writeFileSync(join(folder, 'work.js'), spin(30));
  writeFileSync(join(folder, 'measure.js'), "require('./work.js').work();\n");
  writeFileSync(join(folder, 'perfloop.toml'), `[commands]\nbenchmark = "node measure.js"\n${more}`);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'base');
  git('checkout', '--quiet', '-b', 'faster');
  writeFileSync(join(folder, 'work.js'), spin(5));
  git('commit', '--quiet', '-am', 'faster');
  git('checkout', '--quiet', 'main');
  return folder;
}
