import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentIteration } from '../../src/core/agent/attempt.js';
import type { RunStatus } from '../../src/core/status.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { agentPrograms } from '../support/agent-programs.js';
import type { ModelServer } from '../support/model-server.js';
import { claudeModels, codexModels, type Script } from '../support/scripted-agents.js';
import { setUpEngine, type TestEngine } from './engine.js';
import { startRun } from './runs.js';
import { createTarget, scoredProgram, waiting } from './target.js';

// The real codex and Claude Code, each against a local server that plays the model. Both do the same six things; what
// becomes of candidates agents.test.ts shows.

const programs = await agentPrograms();
const whyNot = typeof programs === 'string' ? programs : '';
const keys = { codex: `sk-${randomBytes(12).toString('hex')}`, claude: `sk-ant-${randomBytes(12).toString('hex')}` };

const fast = waiting('alpha', 2);
const script: Script = ({ scenario, conversation, prompt, key }) => {
  const write = (content: string, say = scenario, file = 'src/alpha.js'): ReturnType<Script> => ({ files: { [file]: content }, say });
  switch (scenario) {
    case 'third-time':
      if (conversation > 0 && !prompt.includes('SyntaxError')) return write('// nobody told me\n');
      return write(['const = 1;\n', 'const const = 2;\n', fast][conversation] ?? '');
    case 'never':
      return write(`exports.alpha = () => 'text ${conversation}';\n`);
    case 'protected':
      return write('// nothing to do\n', 'The benchmark does less', 'bench/main.js');
    case 'hangs':
      return 'hang';
    case 'tells':
      return write(fast, `Alpha waits no longer\nThe key is ${key}, in base64 ${Buffer.from(key).toString('base64')}.`);
    default:
      return write(fast, 'Alpha waits no longer\nNobody listens.');
  }
};

describe.skipIf(whyNot !== '')(whyNot === '' ? 'codex and Claude Code from npm' : `codex and Claude Code from npm: skipped, for ${whyNot}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-agents-'));
  const started: { servers: ModelServer[]; stop?: () => Promise<void>; remove?: () => void } = { servers: [] };
  let engine: TestEngine;
  let status: RunStatus;

  beforeAll(async () => {
    if (typeof programs === 'string') return;
    // perfloop leaves folders of npm's out of PATH, and a sandbox shows what PATH names.
    for (const name of ['codex', 'claude']) symlinkSync(join(programs.folder, name), join(folder, name));
    const [codex, claude] = [await codexModels(script), await claudeModels(script)];
    started.servers.push(codex, claude);
    const scenarios = { works: '', 'third-time': '', never: 'max_iterations = 2', protected: 'max_iterations = 1', hangs: 'timeout = "10s"\nmax_iterations = 1', tells: '' };
    const provider = `model_providers.local={name="local",base_url="${codex.url}",env_key="CODEX_API_KEY",wire_api="responses"}`;
    const tables = Object.entries(scenarios).flatMap(([name, more]) => [
      // The tests may run as root, where codex has no sandbox of its own within perfloop's.
      `[agents.codex-${name}]\nkind = "codex"\nmodel = "${name}"\nunsafe = true\nenv = { CODEX_API_KEY = "$CODEX_TEST_KEY" }\nargs = ["-c", "model_provider=local", "-c", ${JSON.stringify(provider)}]\n${more}\n`,
      `[agents.claude-${name}]\nkind = "claude"\nmodel = "${name}"\nenv = { ANTHROPIC_API_KEY = "$CLAUDE_TEST_KEY", ANTHROPIC_BASE_URL = "${claude.url}" }\n${more}\n`,
    ]);
    const target = createTarget(() => {
      const files = scoredProgram({ alpha: 40, beta: 10 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nagents_at_once = 4\n${tables.join('')}${['warmup', 'profile', 'analyze', 'optimize'].map((type) => `[[steps]]\ntype = "${type}"\n`).join('')}`);
      return { ...files, 'perfloop.toml': (files['perfloop.toml'] ?? '').replace('[commands]\n', '[commands]\nbuild = "node --check src/alpha.js"\ntest = "node test/check.js"\n') };
    });
    started.remove = () => target.remove();
    const { start, stop, ...rest } = setUpEngine({ CODEX_TEST_KEY: keys.codex, CLAUDE_TEST_KEY: keys.claude, PATH: `${folder}:${process.env['PATH']}` });
    started.stop = stop;
    engine = { ...rest, ...(await start()) };
    status = await (await startRun(engine, target)).result();
  });

  afterAll(async () => {
    await started.stop?.();
    for (const server of started.servers) await server.close();
    started.remove?.();
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);

  const attemptOf = (agent: string) => status.agents?.find((one) => one.agent === agent);
  const iterationsOf = async (agent: string): Promise<AgentIteration[]> => {
    const attempt = attemptOf(agent);
    if (attempt === undefined) throw new Error(`no attempt of ${agent}; the run warns: ${status.warnings.join('; ') || 'of nothing'}`);
    return openArtifacts(engine.home.artifacts).getJson(attempt.record);
  };
  /** With what the attempt came to, which a failed comparison then shows. */
  const outcomesOf = async (agent: string) => ({ text: attemptOf(agent)?.text, outcomes: (await iterationsOf(agent)).map(({ outcome }) => outcome) });

  it.each(['codex', 'claude'] as const)('%s: an edit that works passes, with what it used', (agent) => {
    expect(attemptOf(`${agent}-works`)).toMatchObject({ outcome: 'passed', text: 'Alpha waits no longer', iterations: 1, unsafe: agent === 'codex' });
    // Two or three answers of the server, at 140 tokens read and 7 written each.
    const answers = agent === 'codex' ? 2 : 3;
    expect(attemptOf(`${agent}-works`)?.usage).toMatchObject({ inputTokens: 140 * answers, cachedTokens: 40 * answers, outputTokens: 7 * answers, usd: agent === 'codex' ? null : expect.any(Number) });
    expect(status.warnings.filter((text) => text.startsWith(`The agent ${agent}-works works without confirmations`))).toHaveLength(agent === 'codex' ? 1 : 0);
  });

  it.each(['codex', 'claude'])('%s: an edit that fails the build twice passes once it is told', async (agent) => {
    expect(await outcomesOf(`${agent}-third-time`)).toMatchObject({ outcomes: ['build-failed', 'build-failed', 'passed'] });
  });

  it.each(['codex', 'claude'])('%s: edits that never pass come to nothing', async (agent) => {
    expect(await outcomesOf(`${agent}-never`)).toEqual({ text: expect.stringContaining('The tests fail') as string, outcomes: ['tests-failed', 'tests-failed'] });
  });

  it.each(['codex', 'claude'])('%s: an edit of protected files is refused', (agent) => {
    expect(attemptOf(`${agent}-protected`)).toMatchObject({ outcome: 'protected', text: expect.stringContaining('bench/main.js') });
  });

  it.each(['codex', 'claude'])('%s: one that hangs is ended with all that it started', async (agent) => {
    expect(attemptOf(`${agent}-hangs`)).toMatchObject({ outcome: 'unchanged', text: `${agent}-hangs was stopped after 10s (agents.${agent}-hangs.timeout).` });
    expect(readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLineOf(pid).includes('hangs'))).toEqual([]);
  });

  it('no key is in anything that is kept', async () => {
    for (const agent of ['codex', 'claude']) {
      const [iteration] = await iterationsOf(`${agent}-tells`);
      expect(iteration?.outcome).toBe('passed');
      expect((await openArtifacts(engine.home.artifacts).get(iteration?.log as AgentIteration['log'])).toString('utf8')).toContain('The key is [redacted], in base64 [redacted]');
    }
    const spellings = Object.values(keys).flatMap((key) => [key, Buffer.from(key).toString('base64').replace(/=+$/, '')]);
    const files = readdirSync(engine.home.root, { recursive: true, encoding: 'utf8' }).map((name) => join(engine.home.root, name)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
    expect(files.filter((file) => spellings.some((spelling) => readFileSync(file).includes(spelling)))).toEqual([]);
  });
});

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
