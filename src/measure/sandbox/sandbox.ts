/**
 * What a command may see and change of its host. Besides this it sees the file system as its user does, read-only; it has
 * processes, IPC, /dev, /dev/shm and /tmp of its own. Paths are absolute and of this host, unless they say otherwise.
 */
export interface Sandbox {
  /** Where the worktree is, and where it appears: the same place on both sides of a comparison. */
  worktree: { path: string; at: string };
  /** What git in the worktree sees; null: what is there. See `standInRepository`. */
  git: StandIn | null;
  /** The folder that is its home, with links into the user's; null: the user's own home, which it may write. */
  home: string | null;
  /** Whether it may write wherever its user may: what a set-up needs. */
  trusted: boolean;
  network: boolean;
  /** Not to be seen: folders are empty, files have no bytes. What is not there is left out. */
  hidden: readonly string[];
  /** Seen in spite of `hidden`, and of /tmp and /run being its own. */
  readable: readonly string[];
  writable: readonly string[];
}

/** A repository that tells nothing of the side: read-only. */
export interface StandIn {
  /** The repository. */
  folder: string;
  /** Stands in the place of the worktree's `.git`. */
  gitFile: string;
}

/** Below /run, which every Linux has and no program counts on; in a sandbox it is empty. */
export const seenWorktrees = '/run/build';
export const seenHome = '/run/home';
/** The content of `StandIn.gitFile` names it. */
export const seenRepository = '/run/git';
