import { expect, test } from 'vitest';
import { commandEnvironment } from '../../src/measure/command-environment.js';

const worker = {
  PATH: '/home/me/app/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin:/bin',
  HOME: '/home/me',
  LC_ALL: 'C.UTF-8',
  CUDA_VISIBLE_DEVICES: '0',
  PYTHONPATH: '/lib/py',
  GOFLAGS: '-mod=mod',
  npm_config_registry: 'http://localhost:1',
  https_proxy: 'http://proxy',
  OPENAI_API_KEY: 'sk-1',
  ANTHROPIC_API_KEY: 'sk-2',
  AWS_SECRET_ACCESS_KEY: 'x',
  GITHUB_TOKEN: 'x',
  GOOGLE_API_KEY: 'x',
  NODE_AUTH_TOKEN: 'x',
  CARGO_REGISTRY_TOKEN: 'x',
  npm_config__auth: 'x',
  PERFLOOP_HOME: '/home/me/.perfloop',
  TEMPORAL_API_KEY: 'x',
  NODE_CHANNEL_FD: '3',
  DATABASE_URL: 'postgres://user:pass@host',
};

test('what tools need gets through, secrets and what is perfloop’s own do not', () => {
  const env = commandEnvironment({ secretsFrom: worker });
  expect(Object.keys(env).sort()).toEqual(['CUDA_VISIBLE_DEVICES', 'GOFLAGS', 'HOME', 'LC_ALL', 'PATH', 'PYTHONPATH', 'https_proxy', 'npm_config_registry']);
});

test('tools of another package do not shadow those of the worktree', () => {
  expect(commandEnvironment({ secretsFrom: worker })['PATH']).toBe('/usr/bin:/bin');
});

test('a value of the command wins, and $NAME is taken from the environment of the worker', () => {
  const env = commandEnvironment({ extra: { HOME: '/tmp', KEY: '$OPENAI_API_KEY', TEXT: 'costs $5', PART: 'a$HOME' }, secretsFrom: worker });
  expect(env).toMatchObject({ HOME: '/tmp', KEY: 'sk-1', TEXT: 'costs $5', PART: 'a$HOME' });
});

test('every variable that is asked for and missing is named', () => {
  expect(() => commandEnvironment({ extra: { A: '$NOT_THERE', B: '$NOR_THIS' }, secretsFrom: worker })).toThrowError(
    expect.objectContaining({ code: 'PL_ENV_MISSING', problems: [expect.stringContaining('NOT_THERE'), expect.stringContaining('NOR_THIS')] }) as Error,
  );
});

test('users and passwords in addresses are for the set-up alone', () => {
  const secretsFrom = { PIP_INDEX_URL: 'https://me:hush@index.example/simple', GOPROXY: 'https://me:hush@one.example,https://two.example|direct', HTTPS_PROXY: 'http://me:hu%40sh@proxy.example:3128', NODE_OPTIONS: '--max-old-space-size=512', PYTHONPATH: '/srv/a@b/lib' };
  expect(commandEnvironment({ secretsFrom })).toEqual({ ...secretsFrom, PIP_INDEX_URL: 'https://index.example/simple', GOPROXY: 'https://one.example,https://two.example|direct', HTTPS_PROXY: 'http://proxy.example:3128' });
  expect(commandEnvironment({ secretsFrom, trusted: true })).toEqual(secretsFrom);
});
