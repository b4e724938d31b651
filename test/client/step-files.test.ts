import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contextFrom } from '../../src/client/context.js';
import { judgeConfig } from '../../src/client/judge-config.js';
import { loadConfig } from '../../src/client/load-config.js';
import { steps } from '../../src/client/verbs/steps.js';
import { dryRun } from '../../src/client/verbs/dry-run.js';
import { filesOfConfig } from '../../src/core/config/config-files.js';
import { protectedRules, protectionOf } from '../../src/workspace/protected-globs.js';
import { createTarget } from '../e2e/target.js';

const polish = '[[steps]]\ntype = "command"\nname = "tidy"\ncommand = "make tidy"\n[[steps]]\ntype = "command"\nname = "lint"\ncommand = "make lint"\n';
const target = createTarget(() => ({
  'app/perfloop.toml': '[commands]\nbenchmark = "./bench"\n[[steps]]\ntype = "warmup"\n[[steps]]\ntype = "pipeline"\nname = "before"\nfile = "../steps/polish.toml"\n[[steps]]\ntype = "pipeline"\nname = "after"\nfile = "../steps/polish.toml"\n',
  'steps/polish.toml': polish,
}));
afterAll(() => target.remove());
const app = join(target.dir, 'app');
const context = { ...contextFrom({}), cwd: target.dir };

const names = async (): Promise<string[]> => (await steps(context, { dir: app })).steps.map(({ name }) => name);

describe('a pipeline in a file', () => {
  it('is listed, chosen from and told by a dry run as any group', async () => {
    expect(await names()).toEqual(['warmup', 'before', 'before.tidy', 'before.lint', 'after', 'after.tidy', 'after.lint']);
    const told = await dryRun(context, { dir: app, skip: ['before'], only: ['after.lint', 'warmup', 'before'] });
    expect(told.steps.filter(({ run }) => run).map(({ index, name, command }) => [index, name, command])).toEqual([[1, 'warmup', 'benchmark: ./bench'], [5, 'after', null], [7, 'after.lint', 'make lint']]);
    await expect(dryRun(context, { dir: app, only: ['aftre.lint'] })).rejects.toMatchObject({ code: 'PL_NO_SUCH_STEP', message: expect.stringContaining('did you mean after.lint?') });
  });

  it('is protected from candidates as perfloop.toml is', async () => {
    const config = await loadConfig(context, app, undefined);
    expect(filesOfConfig(config)).toEqual(['steps/polish.toml']);
    const why = protectionOf(protectedRules({ protected: [], editable: ['steps'] }, [], ['steps/po(l)ish.toml', ...filesOfConfig(config)]));
    expect(['steps/polish.toml', 'STEPS/polish.toml', 'steps/po(l)ish.toml'].map(why)).toEqual([expect.stringContaining('always'), expect.stringContaining('always'), expect.stringContaining('always')]);
    expect(why('steps/other.toml')).toBeUndefined();
  });

  it('is read from the base where the config is', async () => {
    target.write({ 'steps/polish.toml': '[[steps]]\ntype = "nonsense"\n' });
    expect((await judgeConfig(context, app, 'HEAD', {})).steps[1]?.steps?.map(({ name }) => name)).toEqual(['before.tidy', 'before.lint']);
    await expect(names()).rejects.toMatchObject({ code: 'PL_CONFIG_INVALID', problems: [expect.stringMatching(/^steps\/polish\.toml:2: steps\[0\]\.type: expected one of .*"nonsense"/)] });
    const [old = ''] = target.git('rev-list', '--max-parents=0', 'HEAD').split('\n');
    target.git('rm', '-q', '--cached', 'steps/polish.toml');
    target.git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '-m', 'without');
    await expect(judgeConfig(context, app, 'HEAD', {})).rejects.toMatchObject({ problems: [expect.stringContaining('HEAD:steps/polish.toml is no file of the commit'), expect.anything()] });
    target.git('reset', '-q', '--hard', old);
  });

  it.each([
    ['a link out of the repository', (at: string) => symlinkSync('/etc/hostname', at), 'is a link out of the repository'],
    ['a folder', (at: string) => execFileSync('mkdir', [at]), 'is no file'],
    ['a pipe, which nobody writes to', (at: string) => execFileSync('mkfifo', [at]), 'is no file'],
    ['a file of a megabyte', (at: string) => execFileSync('truncate', ['-s', '1M', at]), 'has 1048576 bytes'],
    ['not there', () => undefined, 'does not exist'],
  ])('%s is refused', async (_, make, why) => {
    const at = join(target.dir, 'steps/polish.toml');
    execFileSync('rm', ['-rf', at]);
    make(at);
    await expect(names()).rejects.toMatchObject({ code: 'PL_CONFIG_INVALID', problems: [expect.stringMatching(`^app/perfloop.toml:8: steps\\[1\\].file: steps/polish.toml ${why}`), expect.stringMatching('^app/perfloop.toml:12: ')] });
    execFileSync('rm', ['-rf', at]);
    target.write({ 'steps/polish.toml': polish });
  });
});
