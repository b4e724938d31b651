import { devNull } from 'node:os';

/** Settings that hold for every git that perfloop starts: no hooks, no daemons, no clean-up in the background, no signing. */
const quiet: Record<string, string> = {
  'core.hooksPath': devNull,
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.splitIndex': 'false',
  'core.quotePath': 'false',
  'commit.gpgSign': 'false',
  'tag.gpgSign': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'submodule.recurse': 'false',
  'fetch.prune': 'false',
  'fetch.pruneTags': 'false',
  'fetch.writeCommitGraph': 'false',
  'advice.detachedHead': 'false',
  'safe.directory': '*',
};

/** Besides, in perfloop's own repositories: nothing of the user's settings, and bytes in files as they are in commits. */
const ownOnly: Record<string, string> = {
  'core.autocrlf': 'false',
  'core.safecrlf': 'false',
  'core.excludesFile': devNull,
  'core.attributesFile': devNull,
  'init.defaultBranch': 'main',
  // The same objects give the same pack, whatever the number of cores.
  'pack.threads': '1',
};

export const perfloopAuthor = { name: 'perfloop', email: 'perfloop@localhost' };

/** `own`: hermetic. `user`: with the user's settings, for what depends on them in their checkout (line ends, filters, ignored files). */
export type GitSettings = 'own' | 'user';

/** The whole environment of a git process. Variables such as GIT_DIR that perfloop was started with (in a hook) are dropped. */
export function gitEnvironment(settings: GitSettings, extra: Record<string, string> = {}, extraConfig: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const usersConfig = settings === 'user' && /^GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$/.test(name);
    if (value !== undefined && (!name.startsWith('GIT_') || usersConfig)) environment[name] = value;
  }
  const config = Object.entries({ ...quiet, ...(settings === 'own' ? ownOnly : {}), ...extraConfig });
  config.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return {
    ...environment,
    GIT_CONFIG_COUNT: String(config.length),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_EDITOR: ':',
    GIT_PAGER: 'cat',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
    ...(settings === 'own' ? ownEnvironment : {}),
    ...extra,
  };
}

const ownEnvironment = {
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: perfloopAuthor.name,
  GIT_AUTHOR_EMAIL: perfloopAuthor.email,
  GIT_COMMITTER_NAME: perfloopAuthor.name,
  GIT_COMMITTER_EMAIL: perfloopAuthor.email,
};
