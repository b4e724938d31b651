import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As tested. */
const packages = { codex: '@openai/codex@0.169.0', claude: '@anthropic-ai/claude-code@2.1.197' } as const;
type AgentProgram = keyof typeof packages;

const longestMs = 120_000;

/** `sh -c install FOLDER PACKAGE...`. Claude Code's own script puts the program of this platform in its place, which npm is not let run. */
const install = `cd "$0"
if node_modules/.bin/codex --version && node_modules/.bin/claude --version; then exit; fi
npm install --prefix . --no-audit --no-fund --no-save --ignore-scripts "$@"
cd node_modules/@anthropic-ai/claude-code && node install.cjs
`;

/**
 * The folder of the real programs of both agents, from npm: 640 MB, so they are no dependency but installed once, into the
 * user's cache. A text says why they are not there.
 */
export async function agentPrograms(): Promise<{ folder: string } | string> {
  if (process.platform !== 'linux') return 'the real agents are tested on Linux';
  const root = join(homedir(), '.cache', 'perfloop-test', Object.values(packages).join('+').replaceAll(/[^\w.+-]/g, '-'));
  const folder = join(root, 'node_modules', '.bin');
  try {
    await mkdir(root, { recursive: true });
    const works = async (): Promise<void> => {
      for (const name of Object.keys(packages) as AgentProgram[]) await run(join(folder, name), ['--version'], { timeout: 30_000 });
    };
    if (existsSync(folder) && (await works().then(() => true, () => false))) return { folder };
    // Test files run side by side: who comes second waits, and finds them there.
    await run('flock', [join(root, 'lock'), 'sh', '-euc', install, root, ...Object.values(packages)], { timeout: 2 * longestMs });
    await works();
    return { folder };
  } catch (error) {
    return `codex and claude cannot be installed from npm here: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
}
