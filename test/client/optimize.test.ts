import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Optimized } from '../../src/client/verbs/optimize.js';
import { modelServer, type Scripted } from '../support/model-server.js';

// As a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-optimize-'));
const repo = join(folder, 'repo');
const git = (cwd: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd, encoding: 'utf8' }).trim();

const rows = `def twice(rows, known):
    again = []
    for row in rows:
        if row in known:
            again.append(row)
    return again


def plain(rows):
    return len(rows)
`;
const at = (file: string | null, name: string, line: number, rest: object = {}): object => ({ category: 'H1', rule: 'H1-hot', title: `hot ${name}`, file, function: name, line, share: 0.5, evidence: [{ tool: 'hot_functions', text: 'half of the time' }], ...rest });

beforeAll(() => {
  mkdirSync(join(repo, 'test'), { recursive: true });
  writeFileSync(join(repo, 'rows.py'), rows);
  writeFileSync(join(repo, 'test', 'test_rows.py'), rows);
  git(repo, 'init', '--quiet');
  git(repo, 'add', '.');
  git(repo, 'commit', '--quiet', '-m', 'base');
  writeFileSync(join(folder, 'findings.json'), JSON.stringify({ profile: {}, findings: [at('rows.py', 'twice', 1), at('rows.py', 'plain', 9), at('test/test_rows.py', 'twice', 1), at(null, 'kernel', 1), at('../x.py', 'f', 1)] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const optimize = (...args: string[]) => execa(process.execPath, [bin, 'optimize', ...args], { env: { PERFLOOP_HOME: join(folder, 'home'), NO_COLOR: '1' }, reject: false, cwd: folder });

describe('perfloop optimize --findings', () => {
  it('answers each finding, puts the changes into a clone, and leaves the repository alone', async () => {
    const { stdout, stderr } = await optimize('--findings', 'findings.json', '--repo', 'repo', '--apply', 'patched', '--json');
    const found = JSON.parse(stdout || stderr) as Optimized;
    expect(found.findings.map(({ function: name, answer }) => [name, answer])).toEqual([['twice', 'patched'], ['plain', 'nothing'], ['twice', 'turned-down']]);
    expect(found.findings[2]?.reasons[0]).toContain('test/test_rows.py is a test');
    expect(found.unplaced).toHaveLength(2);
    const [candidate] = found.findings[0]?.candidates ?? [];
    expect(candidate).toMatchObject({ recipe: expect.stringContaining('lookup-set') as string, share: 0.5 });
    expect(candidate?.diff).toContain('-        if row in known:\n');
    // Another recipe wants the same lines.
    expect(found.applied).toMatchObject({ applied: [{ id: candidate?.id }], dropped: [{ why: 'it does not apply after the ones before it' }] });
    const patched = join(folder, 'patched');
    expect(git(patched, 'log', '--format=%H')).toContain(found.applied?.applied.at(-1)?.commit);
    expect(readFileSync(join(patched, 'rows.py'), 'utf8')).toContain('frozenset(known)');
    expect(readFileSync(join(repo, 'rows.py'), 'utf8')).toBe(rows);
    expect(git(repo, 'status', '--porcelain')).toBe('');
    const again = await optimize('--findings', 'findings.json', '--repo', 'repo', '--apply', 'patched');
    expect(again.stderr).toContain('PL_FOLDER_EXISTS');
  });

  it('says what is wrong with the findings', async () => {
    writeFileSync(join(folder, 'bad.json'), '{"findings": [{"category": 3}]}');
    const [none, broken, missing] = await Promise.all([optimize('--repo', 'repo'), optimize('--findings', 'bad.json', '--repo', 'repo'), optimize('--findings', 'no.json', '--repo', 'repo')]);
    expect(none.stderr).toContain('PL_USAGE');
    expect(broken.stderr).toMatch(/PL_FINDINGS_FILE[^]*bad\.json/);
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('there is no such file') as string });
  });

  it('asks a model too: what it says of each finding, its changes by text, its refusals, and what it cost', async () => {
    const verdict = (real: boolean): Scripted => ({ calls: [{ name: 'submit_verdict', input: { real, reasons: [real ? 'The rows are looked up in a list.' : 'It is one call.'], confidence: 'high' } }] });
    const edit = { file: 'rows.py', old: '    again = []\n', new: '    known = set(known)\n    again = []\n' };
    const patch: Scripted = { calls: [{ name: 'submit_candidates', input: { candidates: [{ title: 'Look rows up in a set', rationale: 'A set is faster.', edits: [edit] }, { title: 'Edit the test', rationale: 'r', edits: [{ ...edit, file: 'test/test_rows.py' }] }] } }] };
    const server = await modelServer('openai', ({ body }, n) => {
      const said = JSON.stringify(body['messages']);
      if (n === 0) return { calls: [{ name: 'scanner_read', input: { file: 'rows.py' } }] };
      return said.includes('# The changes') ? patch : verdict(said.includes('hot twice'));
    });
    writeFileSync(join(folder, 'models.toml'), `[models.m]\nprovider = "openai"\nmodel = "gpt-5"\nbase_url = "${server.url}"\napi_key = "$A_KEY"\n`);
    const { stdout, stderr } = await execa(process.execPath, [bin, 'optimize', '--findings', 'findings.json', '--repo', 'repo', '--config', 'models.toml', '--model', 'm', '--json'], { env: { PERFLOOP_HOME: join(folder, 'home'), A_KEY: 'planted-key-9134', NO_COLOR: '1' }, reject: false, cwd: folder });
    await server.close();
    const found = JSON.parse(stdout || stderr) as Optimized;
    const [twice, plain] = found.findings;
    expect(twice?.reasons.join('\n')).toMatch(/m: real: The rows are looked up in a list\.\n.*left out: Edit the test: test\/test_rows\.py: must not be changed/);
    expect(twice?.candidates.filter(({ proposer }) => proposer === 'm').map(({ title, diff }) => [title, diff.includes('+    known = set(known)\n')])).toEqual([['Look rows up in a set', true]]);
    expect(plain).toMatchObject({ answer: 'turned-down', reasons: ['m: not real: It is one call.'] });
    // Each finding a conversation; the edit of a test is refused once, then left out; tests are not talked about.
    expect(found.spent).toMatchObject({ calls: 5, tokens: 5 * 147 });
    expect(JSON.stringify(server.received[1]?.body)).toContain('again.append(row)');
    expect(server.received[0]?.headers.authorization).toBe('Bearer planted-key-9134');
    expect(`${stdout}${stderr}`).not.toContain('planted-key');
    const unknown = await optimize('--findings', 'findings.json', '--repo', 'repo', '--model', 'nobody');
    expect(unknown.stderr).toContain('PL_MODEL_UNKNOWN');
  });
});
