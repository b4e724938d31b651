import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contextFrom } from '../../src/client/context.js';
import { ownStepsChecks } from '../../src/client/doctor/own-steps.js';
import { loadConfig } from '../../src/client/load-config.js';
import { dryRun } from '../../src/client/verbs/dry-run.js';
import { steps } from '../../src/client/verbs/steps.js';
import { filesOfConfig } from '../../src/core/config/config-files.js';
import { sandboxSupport } from '../../src/measure/sandbox/probe.js';
import { createTarget } from '../e2e/target.js';
import { documented } from '../support/documented-steps.js';

const config = `${documented('# perfloop.toml\nmodule = "tools/steps.mjs"')}[commands]\nbenchmark = "./bench"\n`;
const module = documented('// tools/steps.mjs');
const target = createTarget(() => ({ 'perfloop.toml': config, 'tools/steps.mjs': module }));
afterAll(() => target.remove());
const context = { ...contextFrom({}), cwd: target.dir };

const problems = (): Promise<readonly string[]> => steps(context, { dir: target.dir }).then(() => [], (error: { problems: readonly string[] }) => error.problems);

describe('types of steps of the user', () => {
  it('as they are documented are listed, told by a dry run, and protected', async () => {
    const { steps: told } = await dryRun(context, { dir: target.dir });
    expect(told.map(({ name, type, command }) => [name, type, command])).toEqual([['rate', 'command', 'cat rate.json'], ['floor', 'floor', 'tools/steps.mjs: floor()']]);
    expect(await ownStepsChecks(join(target.dir, 'tools'), process.env)).toMatchObject([{ status: 'ok', found: 'floor of tools/steps.mjs' }]);
    expect(await ownStepsChecks(target.outside, process.env)).toEqual([]);
    expect(filesOfConfig(await loadConfig(context, target.dir, undefined))).toEqual(['tools/steps.mjs']);
  });

  it('refuse settings with line and nearest name, in files of steps too, but not what is filled in later', async () => {
    target.write({ 'perfloop.toml': `${config.replace('least = 1000', 'lest = 1000')}[[steps]]\ntype = "pipeline"\nname = "gate"\nfile = "gate.toml"\n`, 'gate.toml': '[[steps]]\ntype = "floor"\n\n[steps.with]\nmetric = 3\nleast = "{{state.least}}"\nseen = "{{input}}"\n' });
    expect(await problems()).toEqual([
      'perfloop.toml:12: steps[1].with.lest: unknown key; did you mean least?; allowed: metric, least, seen',
      'gate.toml:5: steps[0].with.metric: expected string, got 3',
    ]);
  });

  it.each([
    ["throw new Error('no luck');\n", 'perfloop.toml:2: step_types.floor.module: tools/steps.mjs:1 cannot be loaded: no luck'],
    [`${module}\nexport function (\n`, expect.stringMatching(/tools\/steps\.mjs:\d+ cannot be loaded: /)],
    [module.replaceAll('floor', 'flor'), expect.stringContaining('tools/steps.mjs exports no function `floor`; it exports flor')],
    ['process.exit(5);\n', expect.stringContaining('tools/steps.mjs cannot be loaded: its process ended with 5')],
  ])('that do not load say why: %s', async (text, why) => {
    target.write({ 'perfloop.toml': config, 'tools/steps.mjs': text });
    expect(await problems()).toEqual([why]);
    expect(await ownStepsChecks(target.dir, process.env)).toMatchObject([{ name: 'step types', status: 'warn', found: why, fix: expect.any(String) }]);
  });

  it('are loaded by a process that can change nothing', async () => {
    target.write({ 'tools/steps.mjs': `import { writeFileSync } from 'node:fs';\ntry { writeFileSync(new URL('../written', import.meta.url), ''); } catch {}\nglobalThis.loaded = true;\n${module.replaceAll('floor', "flor")}` });
    expect(await problems()).toHaveLength(1);
    expect([existsSync(join(target.dir, 'written')), 'loaded' in globalThis]).toEqual([!(await sandboxSupport()).works, false]);
  });

  it('run only as the base has them', async () => {
    target.write({ 'perfloop.toml': config, 'tools/steps.mjs': `${module}// changed\n` });
    expect(await problems()).toEqual([]);
    await expect(dryRun(context, { dir: target.dir })).rejects.toMatchObject({ code: 'PL_STEP_MODULE', problems: ['tools/steps.mjs is not what it is in HEAD'] });
    // As git checks files out where line ends are those of Windows.
    target.git('config', 'core.autocrlf', 'true');
    target.write({ 'tools/steps.mjs': module.replaceAll('\n', '\r\n') });
    expect((await dryRun(context, { dir: target.dir })).steps).toHaveLength(2);
    target.git('config', '--unset', 'core.autocrlf');
    target.write({ 'tools/steps.mjs': module, 'other.mjs': module, 'perfloop.toml': config.replace('tools/steps.mjs', 'other.mjs') });
    await expect(dryRun(context, { dir: target.dir })).rejects.toMatchObject({ problems: ['other.mjs is no file of HEAD'] });
    rmSync(join(target.dir, 'other.mjs'));
    expect(await problems()).toEqual(['perfloop.toml:2: step_types.floor.module: other.mjs does not exist']);
  });
});
