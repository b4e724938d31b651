/** Once that a run was in a phase. */
export interface Spell {
  phase: string;
  /** Workflow time, ms. */
  began: number;
  ended: number;
}

/** What a run found of earlier ones, most of it in its warm-up. Absent: it did not look. */
export interface Reused {
  /** The result of the set-up command. */
  setup?: boolean;
  /** The build of the base. */
  build?: boolean;
  /** The noise of the benchmark on its host. */
  noise?: boolean;
  /** The profile of the same files on its host. */
  profile?: boolean;
  /** Patches that were accepted then, and are judged again. */
  patches?: { run: string; count: number };
}

/** What was found, in words; nothing where nothing was. */
export function reusedText({ setup, build, noise, profile, patches }: Reused): string {
  const parts: [boolean | undefined, string][] = [
    [setup, 'what the set-up made'],
    [build, 'the build of the base'],
    [noise, 'the noise of the benchmark on this host'],
    [profile, 'the profile of the same files'],
    [patches !== undefined, `${patches?.count ?? 0} accepted ${patches?.count === 1 ? 'patch' : 'patches'} of ${patches?.run ?? ''}, to be judged again`],
  ];
  return parts.filter(([found]) => found === true).map(([, text]) => text).join('; ');
}
