import type { Config } from '../core/config/schema.js';
import type { BaseTests, Scope } from '../core/run/contracts.js';
import type { CommitRef, Target } from '../core/target.js';
import { judgeTests } from '../core/tests/judge.js';
import { listText } from '../core/tests/words.js';
import type { HostHandle } from './host-session.js';

/** What the tests make of a change whose functions throw. */
export type Reach =
  /** They fail: they execute what was changed, and their results follow from it. */
  | { kind: 'reached'; text: string }
  /** They pass, and so do the champion's: nothing of what was changed is tested. */
  | { kind: 'untested'; text: string }
  /** They pass, and the champion's fail: the candidate makes them pass. */
  | { kind: 'rigged'; text: string };

interface Work {
  scope: Scope;
  target: Target;
  config: Config;
  champion: CommitRef;
  candidate: CommitRef;
  tests: BaseTests;
  /** How long the candidate's tests took. */
  wallMs: number;
  /** Notes the key of a worktree that is to be removed. */
  opened: (key: string) => void;
}

/** What throws may wait for something that never comes. */
const patience = { leastMs: 60_000, times: 5 };

/**
 * Whether the tests notice when the functions that were changed throw at once. A candidate that ends the process early and
 * prints results, or that replaces a part of the test framework, passes then, too, while the champion fails. One more run
 * of the tests; two where they notice nothing. Null where no changed function is known, or the broken code does not build.
 */
export async function testsReach(on: HostHandle, work: Work): Promise<Reach | null> {
  const { champion, candidate } = work;
  const own = await brokenSide(on, work, 'b', candidate, champion);
  if (own === null) return null;
  const what = own.names.length === 0 ? 'the functions that were changed throw' : `${listText(own.names)} ${own.names.length === 1 ? 'throws' : 'throw'}`;
  if (own.noticed) return { kind: 'reached', text: `tests fail when ${what}, as they should` };
  const before = await brokenSide(on, work, 'a', champion, candidate);
  if (before === null) return null;
  if (!before.noticed) return { kind: 'untested', text: `No test fails when ${what}: the tests do not reach what was changed.` };
  return { kind: 'rigged', text: `Its tests pass even when ${what}, and the champion's fail when ${before.names.length === 0 ? 'the same functions do' : `${listText(before.names)} ${before.names.length === 1 ? 'does' : 'do'}`}: what they say does not follow from the code.` };
}

async function brokenSide(on: HostHandle, { scope, target, config, tests, wallMs, opened }: Work, side: 'a' | 'b', commit: CommitRef, other: CommitRef): Promise<{ noticed: boolean; names: string[] } | null> {
  const { test: command } = config.commands;
  if (command === undefined) return null;
  const whose = side === 'a' ? 'champion' : 'candidate';
  const broken = await on.host('breakChange', `${whose} with what was changed throwing`, { ...scope, target, config, side, commit, other });
  if (broken === null) return null;
  const key = `${scope.run}/${scope.trial}/reach/${side}`;
  opened(key);
  const [worktree] = await on.host('openWorktrees', 'a worktree for it', { ...scope, target, config, worktrees: [{ key, commit: broken.commit }] });
  if (worktree === undefined) throw new Error('one worktree was asked for');
  for (const [role, prepared] of [['setup', config.target.setup], ['build', config.commands.build]] as const) {
    if (prepared === undefined) continue;
    const done = await on.host('runCommand', `${role} ${whose}, broken`, { ...scope, target, config, worktree, role, command: prepared, cache: role === 'setup' });
    if (!done.ok) return null;
  }
  const timeout = Math.min(command.timeout, Math.max(patience.leastMs, wallMs * patience.times));
  const outcome = await on.host('runCommand', `test ${whose}, broken`, { ...scope, target, config, worktree, role: 'test', command: { ...command, timeout }, cache: false, tests: { base: tests.runs, plain: tests.plain } });
  return { noticed: judgeTests(outcome, outcome.tests?.compared).kind === 'refused', names: broken.names };
}
