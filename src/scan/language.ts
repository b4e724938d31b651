/** Languages whose functions and calls the scanner knows. CUDA counts as C++. */
export const scanLanguages = ['python', 'javascript', 'typescript', 'c++', 'rust', 'go'] as const;
export type ScanLanguage = (typeof scanLanguages)[number];

const extensions: Record<string, ScanLanguage> = {
  ...of('python', 'py', 'pyi', 'pyw'),
  ...of('javascript', 'js', 'cjs', 'mjs', 'jsx'),
  ...of('typescript', 'ts', 'cts', 'mts', 'tsx'),
  ...of('c++', 'c', 'h', 'cc', 'hh', 'cpp', 'hpp', 'cxx', 'hxx', 'ipp', 'inl', 'cu', 'cuh'),
  ...of('rust', 'rs'),
  ...of('go', 'go'),
};

/** By the file's extension. */
export function languageOf(path: string): ScanLanguage | null {
  return extensions[/\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? null;
}

function of(language: ScanLanguage, ...endings: string[]): Record<string, ScanLanguage> {
  return Object.fromEntries(endings.map((ending) => [ending, language]));
}
