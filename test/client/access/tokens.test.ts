import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasRole, requireRole } from '../../../src/client/access/roles.js';
import { makeToken, openTokens } from '../../../src/client/access/tokens.js';
import { homeFrom } from '../../../src/store/home.js';

const folder = mkdtempSync(join(tmpdir(), 'perfloop-tokens-'));
const home = homeFrom({ PERFLOOP_HOME: folder });
const file = join(folder, 'tokens.toml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = (name: string, sha256: string, more = ''): string => `[[tokens]]\nname = "${name}"\nsha256 = "${sha256}"\n${more}\n`;
const write = (text: string): void => writeFileSync(file, text, { mode: 0o600 });

describe('tokens', () => {
  it('say whose they are and what may be done with them, and nothing else is let in', async () => {
    const [ada, bob] = [makeToken(), makeToken()];
    write(table('ada', ada.sha256, 'roles = ["approve"]') + table('bob', bob.sha256));
    const tokens = await openTokens({}, home);
    const person = await tokens.personOf(`Bearer ${ada.token}`);
    expect(person).toEqual({ name: 'ada', roles: ['approve'] });
    expect(() => requireRole(person, 'approve', 'decide')).not.toThrow();
    expect(() => requireRole(person, 'run', 'start runs')).toThrow(expect.objectContaining({ code: 'PL_FORBIDDEN', fix: expect.stringContaining('run') as string }) as Error);
    expect(hasRole({ name: 'root', roles: ['admin'] }, 'approve')).toBe(true);
    expect(await tokens.personOf(`bearer ${bob.token}`)).toEqual({ name: 'bob', roles: [] });
    for (const wrong of [undefined, '', 'Bearer ', `Basic ${ada.token}`, `Bearer ${ada.sha256}`, `Bearer ${ada.token}x`, `Bearer ${ada.token.slice(0, -1)}`, `Bearer ${'x'.repeat(5000)}`]) await expect(tokens.personOf(wrong), wrong).rejects.toMatchObject({ code: 'PL_UNAUTHORIZED' });
  });

  it('count no more when they are taken out, or their day has come', async () => {
    const [ada, bob] = [makeToken(), makeToken()];
    write(table('ada', ada.sha256) + table('bob', bob.sha256, 'expires = 2001-01-01'));
    const tokens = await openTokens({}, home);
    expect(await tokens.personOf(`Bearer ${ada.token}`)).toMatchObject({ name: 'ada' });
    await expect(tokens.personOf(`Bearer ${bob.token}`)).rejects.toThrow('expired');
    write(table('bob', bob.sha256));
    await expect(tokens.personOf(`Bearer ${ada.token}`)).rejects.toMatchObject({ code: 'PL_UNAUTHORIZED' });
  });

  it('come from the environment, too', async () => {
    const { token, sha256 } = makeToken();
    expect(await (await openTokens({ PERFLOOP_TOKENS: table('ci', sha256, 'roles = ["run"]') }, home)).personOf(`Bearer ${token}`)).toEqual({ name: 'ci', roles: ['run'] });
    write(table('ci', sha256));
    expect(await (await openTokens({ PERFLOOP_TOKENS: file }, homeFrom({ PERFLOOP_HOME: '/nowhere' }))).personOf(`Bearer ${token}`)).toMatchObject({ name: 'ci' });
  });

  it('are refused as a whole where the file is not right', async () => {
    const { sha256 } = makeToken();
    write(table('ada', sha256, 'roles = ["root"]') + table('ada b', 'abc') + table('bob', sha256));
    await expect(openTokens({}, home)).rejects.toMatchObject({ code: 'PL_TOKENS_INVALID', problems: [expect.stringMatching(/tokens.toml:4: tokens\[0\].roles\[0\]: expected one of approve, run, admin/), expect.stringContaining('tokens[1].name'), expect.stringContaining('64 lower-case'), expect.stringContaining('that of token 1 already')] });
    write(table('ada', sha256));
    chmodSync(file, 0o666);
    await expect(openTokens({}, home)).rejects.toMatchObject({ code: 'PL_TOKENS_WRITABLE' });
    await expect(openTokens({}, homeFrom({ PERFLOOP_HOME: join(folder, 'none') }))).rejects.toMatchObject({ code: 'PL_NO_TOKENS' });
  });
});
