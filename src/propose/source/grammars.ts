import { createRequire } from 'node:module';
import { registerDynamicLanguage } from '@ast-grep/napi';

/** Grammars that come as packages of their own, beside those in ast-grep. */
const packages = { python: '@ast-grep/lang-python', cpp: '@ast-grep/lang-cpp', rust: '@ast-grep/lang-rust', go: '@ast-grep/lang-go' } as const;
export type ExtraGrammar = keyof typeof packages;

interface Registration {
  libraryPath: string;
  extensions: string[];
  languageSymbol: string;
  expandoChar: string;
}

let registered: ReadonlySet<ExtraGrammar> | null = null;

/** Makes the grammars known to the parser and says which are there. Those that are optional may not be installed, or not be built for this machine. */
export function registerGrammars(): ReadonlySet<ExtraGrammar> {
  if (registered !== null) return registered;
  const found: Partial<Record<ExtraGrammar, Registration>> = {};
  const load = createRequire(import.meta.url);
  for (const name of Object.keys(packages) as ExtraGrammar[]) {
    try {
      const grammar = load(packages[name]) as Registration;
      if (grammar.libraryPath !== '') found[name] = grammar;
    } catch (cause) {
      // Without Python's grammar an installation is broken; the others have a way without.
      if (name === 'python') throw cause;
    }
  }
  // A second call in a process would be ignored, so all of them go in one.
  registerDynamicLanguage(found);
  registered = new Set(Object.keys(found) as ExtraGrammar[]);
  return registered;
}
