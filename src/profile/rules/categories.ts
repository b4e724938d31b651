/** What findings are called, for people. */
export const categories = {
  C1: 'host scheduling',
  C2: 'launch-bound and fragmented kernels',
  C3: 'synchronization',
  C4: 'transfers',
  C5: 'wasted device work',
  C6: 'communication',
  C7: 'Python data path',
  H1: 'hot algorithm',
  H2: 'allocation and copying',
  H3: 'repeated parsing or compiling',
  H4: 'I/O and blocking',
  H5: 'lock contention',
  H6: 'interpreter overhead',
} as const;

export type Category = keyof typeof categories;
