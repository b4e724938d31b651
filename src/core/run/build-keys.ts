/** Under which keys the worktrees of one build (0-based) are opened. */
export function keysOfBuild({ run, trial }: { run: string; trial: string }, purpose: string, build: number): { a: string; b: string } {
  const key = `${run}/${trial}/${purpose}/${build}`;
  return { a: `${key}/a`, b: `${key}/b` };
}
