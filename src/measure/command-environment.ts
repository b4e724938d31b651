import { delimiter } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { isSecretName } from '../core/secrets.js';

const exact = new Set(
  (
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TEMP TMP CI ' +
    'VIRTUAL_ENV LD_LIBRARY_PATH LD_PRELOAD LIBRARY_PATH CPATH PKG_CONFIG_PATH CC CXX CPP AR LD CFLAGS CXXFLAGS CPPFLAGS LDFLAGS MAKEFLAGS JAVA_HOME ' +
    'RUSTFLAGS GOPATH GOROOT GOBIN GOCACHE GOMODCACHE GOFLAGS GOPROXY GONOPROXY GOPRIVATE GOINSECURE GOSUMDB GONOSUMDB GOTOOLCHAIN GOENV GOOS GOARCH GOAMD64 ' +
    'GOARM64 GOEXPERIMENT GODEBUG GOMAXPROCS GOGC GOMEMLIMIT GO111MODULE HF_HOME ' +
    'HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE'
  ).split(' '),
);

const prefixes =
  'LC_ XDG_ NODE PYTHON CARGO RUSTUP_ CGO_ npm_config_ NPM_CONFIG_ PIP_ UV_ POETRY_ CONDA_ PYENV_ NVM_ VOLTA_ CMAKE_ CCACHE_ SCCACHE_ MAVEN_ GRADLE_ DYLD_ MALLOC_ CUDA NVIDIA_ NCCL_ ROCM_ HIP_ ROCR_ TORCH PYTORCH_ TRITON_ OMP_ MKL_ OPENBLAS_ NUMEXPR_ KMP_ GOMP_ TBB_'.split(' ');

/** Belongs to the Node process that perfloop is, or would distort what is measured. */
const ownNode = new Set(['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID', 'NODE_V8_COVERAGE', 'npm_config_local_prefix', 'npm_config_argv']);

/**
 * The environment that target code gets: what tools need to work, and nothing else of perfloop's own, so that no API key
 * reaches it: user and password in a URL stay only for what is `trusted`, the set-up. A value of `extra` that is `$NAME` as a whole is taken from `secretsFrom`: that is how a user passes a secret.
 * Throws PL_ENV_MISSING when one is not set there.
 */
export function commandEnvironment({ extra = {}, secretsFrom = process.env, trusted = false }: { extra?: Record<string, string>; secretsFrom?: NodeJS.ProcessEnv; trusted?: boolean } = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(secretsFrom)) if (value !== undefined && isAllowed(name)) env[name] = name === 'PATH' ? withoutPackageBins(value) : trusted ? value : withoutPassword(value);
  const missing: string[] = [];
  for (const [name, value] of Object.entries(extra)) {
    const reference = /^\$([A-Za-z_]\w*)$/.exec(value)?.[1];
    const resolved = reference === undefined ? value : secretsFrom[reference];
    if (resolved === undefined) missing.push(`${name} = "${value}": ${reference ?? ''} is not set`);
    else env[name] = resolved;
  }
  if (missing.length > 0) {
    throw new PerfloopError('PL_ENV_MISSING', 'The environment lacks a variable that a command asks for.', {
      problems: missing,
      fix: 'Set it in the environment of the perfloop worker and start it again (`perfloop down`), or take it out of `env` in perfloop.toml.',
    });
  }
  return env;
}

function isAllowed(name: string): boolean {
  if (ownNode.has(name) || isSecretName(name)) return false;
  return exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/** Of an index, a mirror or a proxy: https://user:password@host becomes https://host. */
function withoutPassword(value: string): string {
  return value.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@,|]*@/gi, '$1');
}

/**
 * npm puts the .bin folders of the package it runs (perfloop's, or the user's checkout) in front of PATH. From there a
 * command would pick up tools that are not those of the worktree.
 */
function withoutPackageBins(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$|[\\/]node-gyp-bin[\\/]?$/.test(folder))
    .join(delimiter);
}
