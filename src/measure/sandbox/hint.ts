const needsNetwork = /ENETUNREACH|Network is unreachable|EAI_AGAIN|getaddrinfo|Could not resolve|failure in name resolution|Name or service not known|no such host|Failed to establish a new connection|network is unreachable/i;
const needsToWrite = /EROFS|Read-only file system|Errno 30\b/i;

/** What to do about a command that failed for what its sandbox keeps from it, by what it printed; empty where nothing speaks for that. */
export function sandboxHint(printed: string): string {
  if (needsNetwork.test(printed)) return 'It ran in a sandbox without network: what it needs from there belongs in `target.setup`; or set `sandbox.network = true`.';
  if (needsToWrite.test(printed)) return 'It ran in a sandbox where it may write the worktree and a temporary folder: name other places in `sandbox.writable`.';
  return '';
}
