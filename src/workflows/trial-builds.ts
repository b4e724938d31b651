import type { CommandOutcome, CommandRole, Sides, WorktreeRef } from '../core/run/contracts.js';
import type { CommitRef } from '../core/target.js';
import { buildsOf } from '../core/verdict/rule.js';
import type { ReasonCode, Verdict } from '../core/verdict/verdict.js';
import { moreBuilds } from './more-builds.js';
import type { TrialWork } from './trial-input.js';
import { wroteProtected } from './wrote-protected.js';

/** `again`: in a clone of its own, with nothing kept from before. */
type Purpose = 'screen' | 'confirm' | 'again';

/** Fresh builds of champion and candidate for one purpose. They are made as they are needed, and removed when the trial ends. */
export class TrialBuilds {
  readonly sides: Sides[] = [];
  /** What one worktree took; null where that is not known. */
  seconds: number | null = null;

  constructor(
    private readonly work: TrialWork,
    private readonly purpose: Purpose,
    private readonly candidate: CommitRef,
  ) {}

  get first(): Sides {
    const [first] = this.sides;
    if (first === undefined) throw new Error('nothing is built');
    return first;
  }

  /** What of the input of a sampling says of which builds it is. */
  get sampled(): Sides & { others?: Sides[] } {
    const { a, b } = this.first;
    return this.sides.length === 1 ? { a, b } : { a, b, others: this.sides.slice(1) };
  }

  /** Makes more of them, up to so many of each side. Gives the verdict where that fails. */
  async grow(to: number): Promise<Verdict | null> {
    if (to <= this.sides.length) return null;
    const { config } = this.work.input;
    // Inputs of earlier versions know one build of each side.
    return this.purpose === 'again' || buildsOf(config) === null ? this.one() : this.several(to);
  }

  private async several(to: number): Promise<Verdict | null> {
    const { input, on, scope, opened } = this.work;
    const { target, config, champion } = input;
    const from = this.sides.length;
    const stage = this.purpose === 'screen' ? 'screen' : 'confirm';
    const summary = `${this.purpose}: builds ${from + 1} to ${to} of each side`;
    const made = await moreBuilds(on, scope, { target, config, a: champion, b: this.candidate, purpose: this.purpose, from, to, stage, cache: stage === 'screen' }, summary, opened);
    if (made.kind === 'failed') return failed(made.side, made.outcome.written === undefined ? 'build-failed' : 'protected', made.outcome);
    this.sides.push(...made.builds);
    this.seconds ??= made.seconds;
    return null;
  }

  /** The champion first, since its failure is not the candidate's fault. */
  private async one(): Promise<Verdict | null> {
    const { input, on, scope, opened } = this.work;
    const { target, config, champion } = input;
    const key = `${scope.run}/${scope.trial}/${this.purpose}`;
    const wanted = [{ key: `${key}/a`, commit: champion }, { key: `${key}/b`, commit: this.candidate }];
    opened(...wanted.map((worktree) => worktree.key));
    const [a, b] = await on.host('openWorktrees', `${this.purpose}: two worktrees`, { ...scope, target, config, worktrees: wanted, ...(this.purpose === 'again' ? { fresh: true } : {}) });
    if (a === undefined || b === undefined) throw new Error('two worktrees were asked for');
    let ofChampion: CommandOutcome | null = null;
    for (const [side, worktree] of [['a', a], ['b', b]] as const) {
      const setup = await command(this.work, worktree, side, 'setup', this.purpose !== 'again');
      const built = setup?.ok === false ? setup : await command(this.work, worktree, side, 'build', this.purpose === 'screen');
      if (built?.ok === false) return failed(side, 'build-failed', built);
      const tampered: Verdict | null = side === 'a' ? null : await wroteProtected('build', built, async () => ofChampion);
      if (tampered !== null) return tampered;
      ofChampion = built;
    }
    this.sides.push({ a, b });
    return null;
  }
}

/** Runs a command of the config in a worktree; null where there is none. */
export async function command({ input, on, scope }: TrialWork, worktree: WorktreeRef, side: 'a' | 'b', role: Exclude<CommandRole, 'command'>, cache: boolean): Promise<CommandOutcome | null> {
  const { target, config } = input;
  const asked = role === 'setup' ? config.target.setup : config.commands[role];
  if (asked === undefined) return null;
  return on.host('runCommand', `${role} ${side === 'a' ? 'champion' : 'candidate'}`, { ...scope, target, config, worktree, role, command: asked, cache });
}

export function failed(side: 'a' | 'b', code: ReasonCode, outcome: CommandOutcome): Verdict {
  const reason = { code: side === 'a' ? ('champion-failed' as const) : code, text: outcome.tail === '' ? outcome.problem : `${outcome.problem}\n${outcome.tail}` };
  return { kind: 'rejected', measured: null, reasons: [reason] };
}
