/** What is wrong with the repository of a target, for people; null: nothing. A URL, `user@host:path`, or a path. */
export function repositoryProblem(text: string): string | null {
  if (/[\p{Cc}]/u.test(text)) return 'must not hold control characters';
  if (text.startsWith('-')) return 'must be a URL or a path, not an option';
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return text.includes('::') ? 'must not name a transport helper (`::`)' : null;
  if (!['https', 'http', 'ssh', 'git', 'file'].includes(scheme.toLowerCase())) return `is a URL of the kind ${scheme}; https, http, ssh, git and file are known`;
  const user = /^([^/?#]*)@/.exec(rest)?.[1];
  // An ssh URL needs its user, which is no secret.
  if (user !== undefined && (user.includes(':') || !/^ssh$/i.test(scheme))) return 'holds a user or a password, which would stand in schedules, logs and reports; leave it out, and give git the credentials on the hosts: a credential helper (`git config --global credential.helper`), a deploy key with an ssh URL, or a token in ~/.netrc';
  return null;
}

/** Whether it is a path of the machine that reads the fleet file, not a URL. */
export function isPath(repository: string): boolean {
  return !/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(repository) && !/^[^/\\]+@[^/\\:]+:/.test(repository);
}

/** The same for all ways to write one repository: host and path, without scheme, user and `.git`. A path stays one. */
export function repositoryAddress(repository: string): string {
  const [, host = '', path = ''] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)(.*)$/s.exec(repository) ?? /^[^/\\]+@([^/\\:]+):\/*(.*)$/s.exec(repository) ?? [];
  const address = isPath(repository) ? repository : `${host.toLowerCase()}/${path.replace(/^\/+/, '')}`;
  return address.replace(/\/+$/, '').replace(/\/?\.git$/, '') || repository;
}
