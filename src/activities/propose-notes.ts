/** A hot file that no candidate may change. `protection`: as `protectionOf` says it. */
export interface KeptFile {
  file: string;
  protection: string;
}

/** Why nothing is tried where all that is hot is protected; each file once. */
export function protectedNotes(kept: readonly KeptFile[]): { title: string; why: string }[] {
  const protections = new Map(kept.map(({ file, protection }) => [file, protection]));
  return [...protections].map(([file, protection]) => ({
    title: `changes of ${file}`,
    why: `it is hot and stays as it is (${protection}). Move what is to become faster into a file of its own, which the benchmark calls, or name ${file} in target.editable if a change of it cannot change what is measured.`,
  }));
}
