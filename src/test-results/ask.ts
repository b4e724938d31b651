import { join } from 'node:path';
import type { WantedFormat } from '../core/tests/read.js';

/** What is known of a test command, all of it from the base. */
export interface TestCommand {
  /** The command, the scripts of package.json behind it, and the shell scripts and Makefiles that it starts. */
  texts: readonly string[];
  /** Every file of the base. */
  files: readonly string[];
  /** The environment that it will have. */
  env: Readonly<Record<string, string>>;
}

/** A framework that takes options from a variable of its own, and so can be asked for what it does not print. */
interface Framework {
  formats: readonly WantedFormat[];
  /** Null where asking would change more than the report, or the framework is not there. */
  ask(command: TestCommand, file: string): Record<string, string> | null;
  /** Whether it writes `file`. */
  report: string | null;
}

const frameworks: readonly Framework[] = [
  {
    formats: ['auto', 'pytest', 'junit'],
    report: 'pytest report',
    ask({ texts, files, env }, file) {
      const own = [...texts, env['PYTEST_ADDOPTS'] ?? ''].some((text) => /--junit-?xml/.test(text));
      if (own || !files.some((path) => path.endsWith('.py'))) return null;
      return { PYTEST_ADDOPTS: joined(env['PYTEST_ADDOPTS'], quotedForShlex(`--junitxml=${file}`)) };
    },
  },
  {
    formats: ['auto', 'node', 'tap'],
    report: 'node report',
    ask({ texts, env }, file) {
      const own = [...texts, env['NODE_OPTIONS'] ?? ''].some((text) => text.includes('--test-reporter'));
      // A pipe reads what the default reporter prints.
      const plain = texts.some((text) => /\bnode\b[^|&;\n]*\s--test(?:\s|$)/.test(text)) && !texts.some((text) => /[^|]\|[^|]/.test(text));
      if (own || !plain) return null;
      const reporter = (destination: string) => `--test-reporter=tap --test-reporter-destination=${quotedForNode(destination)}`;
      return { NODE_OPTIONS: joined(env['NODE_OPTIONS'], `${reporter('stdout')} ${reporter(file)}`) };
    },
  },
  {
    // Without -v it names packages alone. Other commands of go print more on stderr, at most.
    formats: ['auto', 'go'],
    report: null,
    ask({ texts, env }) {
      if (!texts.some((text) => /\bgo test\b/.test(text)) || texts.some((text) => /\s-(?:v|json)\b/.test(text))) return null;
      return { GOFLAGS: joined(env['GOFLAGS'], '-v') };
    },
  },
];

/** Variables that ask the frameworks of a test command for reports in a folder whose name nobody knows beforehand. */
export function askForReports(wanted: WantedFormat, command: TestCommand, folder: string): { env: Record<string, string>; reports: { name: string; path: string }[] } {
  const env: Record<string, string> = {};
  const reports: { name: string; path: string }[] = [];
  for (const [index, framework] of frameworks.entries()) {
    const path = join(folder, String(index));
    const variables = framework.formats.includes(wanted) ? framework.ask(command, path) : null;
    if (variables === null) continue;
    Object.assign(env, variables);
    if (framework.report !== null) reports.push({ name: framework.report, path });
  }
  return { env, reports };
}

const joined = (before: string | undefined, more: string): string => (before === undefined || before.trim() === '' ? more : `${before} ${more}`);

const quotedForShlex = (word: string): string => (/^[\w=./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

const quotedForNode = (word: string): string => (/^[\w./-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`);
