import { posix } from 'node:path';
import type { Flag } from '../core/flag.js';
import { whys } from './whys.js';

/** What a changed line of a file that steers the build may not do unseen; null: any change counts. */
interface Kind {
  name: RegExp;
  lines: RegExp | null;
  /** The tool that reads it: where no command can run that, it decides nothing. Absent: it may be read by anything. */
  tool?: (name: string) => RegExp;
}

/** Commands that run others, by files of their own. */
const indirect = /\b(?:npm|npx|pnpm|yarn|bunx?|make|ninja|meson|tox|nox|just|task|gulp|grunt|sh|bash|docker)\b/;
const pytest = /py\.?test/;
/** Builds or installs the package itself. */
const pythonBuilds = /\b(?:pip3?|pipx|uv|build|poetry|pdm|hatch|flit|maturin|scikit-build|setup\.py|easy_install|conda|cython\w*|installer|invoke)\b/;
const pythonProject = /^(?:pyproject\.toml|setup\.cfg|setup\.py)$/;

const compilerFlags = /(?:^|[\s"'=([,])-(?:O\w*|[fmDUWgls][\w=+./-]*|std=\S+|march\S*|fast\S*)|\b(?:C|CXX|CPP|LD|RUST|GO)FLAGS\b|\b(?:CC|CXX|LD|AR)\s*[:?+]?=|\b(?:add_compile|target_compile|add_link|target_link)_\w+|\bset\s*\(\s*CMAKE_|\bNDEBUG\b|\b(?:include|link)_directories\b|\bsanitize\b|\btoolchain\b/;

/** Recipes, other files taken in, commands that run while make reads, and what make hands on. */
const makeSteps = /^\t|^\s*[-s]?include\b|\$[({](?:shell|eval|call|file|guile)\b|!=|^\s*(?:export|override|define|load|vpath)\b|\b(?:SHELL|VPATH|MAKEFLAGS|MAKEFILES)\b|\bPATH\s*[:?+]?=/;

const kinds: readonly Kind[] = [
  { name: /^(?:\.npmrc|\.yarnrc|\.yarnrc\.yml|\.cargo\/config(?:\.toml)?|build\.rs|rust-toolchain(?:\.toml)?|go\.work|\.babelrc.*|\.swcrc|bunfig\.toml|\.bazelrc|sitecustomize\.py|.*\.pth|\.tool-versions|\.nvmrc|\.python-version|\.node-version)$/, lines: null },
  { name: /^(?:babel|swc)\.config\.\w+$/, lines: null },
  { name: /^(?:webpack|rollup|esbuild|tsup|rspack|parcel|metro|vite|vitest|jest|karma|ava|playwright|cypress)\.config\.\w+$/, lines: null, tool: (name) => new RegExp(`\\b${name.split('.')[0] ?? ''}`) },
  { name: /^(?:gulpfile|Gruntfile)\.\w+$/, lines: null, tool: () => /gulp|grunt/i },
  { name: /^\.mocharc.*$/, lines: null, tool: () => /mocha/ },
  { name: /^(?:pytest\.ini|tox\.ini)$/, lines: null, tool: () => pytest },
  { name: /^\.pnpmfile\.[cm]js$/, lines: null, tool: () => /pnpm/ },
  { name: /^(?:uv|poetry|hatch|pixi)\.toml$/, lines: null, tool: (name) => new RegExp(`\\b${name.split('.')[0] ?? ''}`) },
  { name: /^flake\.nix$/, lines: null, tool: () => /\bnix/ },
  { name: /^MANIFEST\.in$/, lines: null, tool: () => pythonBuilds },
  { name: /^\.coveragerc$/, lines: null, tool: () => /coverage|--cov/ },
  { name: /^(?:Makefile|makefile|GNUmakefile|.*\.mk)$/, lines: new RegExp(`${compilerFlags.source}|${makeSteps.source}`) },
  { name: /^(?:CMakeLists\.txt|.*\.cmake|CMakePresets\.json|meson\.build|meson_options\.txt|configure(?:\.ac)?|Makefile\.am|SConstruct|BUILD(?:\.bazel)?|WORKSPACE|.*\.bzl|build\.gradle(?:\.kts)?|pom\.xml|.*\.csproj|Directory\.Build\.props|Package\.swift|build\.sbt)$/, lines: compilerFlags },
  { name: /^Cargo\.toml$/, lines: /^\s*\[(?:profile|patch|replace|lints|target|build-dependencies)|\b(?:opt-level|lto|codegen-units|panic|debug-assertions|overflow-checks|rustflags|build|proc-macro|links|harness|path)\s*=/ },
  { name: /^go\.mod$/, lines: /\b(?:replace|toolchain|exclude|godebug)\b|=>/ },
  { name: /^[jt]sconfig.*\.json$/, lines: /"(?:target|module|moduleResolution|paths|baseUrl|extends|types|typeRoots|lib|strict\w*|plugins|rootDirs|customConditions|removeComments|importHelpers|downlevelIteration|useDefineForClassFields)"\s*:/ },
  { name: pythonProject, lines: /pytest|addopts|testpaths|python_files|filterwarnings/i, tool: () => pytest },
  { name: pythonProject, lines: /build-backend|\brequires\s*=|ext_modules|extra_compile_args|define_macros|cmdclass|\bcython|package_dir|py_modules|where\s*=|scripts\s*=|entry_points|-O[0-9sz]?\b|-D\w|-ffast/i, tool: () => pythonBuilds },
];

/** Keys of package.json that say what is loaded, and by which rules. */
const manifestKeys = ['main', 'module', 'exports', 'imports', 'browser', 'type', 'bin', 'overrides', 'resolutions', 'pnpm', 'workspaces', 'packageManager', 'babel', 'engines-strict'];
/** And that are read by the tool of their name. */
const toolKeys = ['jest', 'mocha', 'ava', 'c8', 'nyc', 'vitest', 'tap'];

/** Whether a file steers build, installation or tests in a way that is looked at. */
export function isBuildFile(path: string): boolean {
  return posix.basename(path) === 'package.json' || kindsOf(path).length > 0;
}

/** What a change of such a file has to be looked at for: at most one flag a file, but for manifests one a key. `commands`: all that may run. */
export function buildFlags(path: string, before: string | null, after: string, added: ReadonlySet<number>, commands: readonly string[]): Flag[] {
  const mayRun = (tool: RegExp): boolean => commands.some((command) => tool.test(command) || indirect.test(command));
  const flag = (line: number, text: string, why: string = whys.build): Flag => ({ code: 'build', file: path, line, text: text.trim().slice(0, 160), why });
  if (posix.basename(path) === 'package.json') return manifestFlags(path, before, after, mayRun);
  const patterns = kindsOf(path).filter(({ tool }) => tool === undefined || mayRun(tool(posix.basename(path)))).map((kind) => kind.lines);
  if (patterns.length === 0) return [];
  const lines = after.split('\n');
  const known = new Set((before ?? '').split('\n').map((line) => line.trim()));
  const counts = (text: string): boolean => !known.has(text.trim()) && patterns.some((pattern) => pattern?.test(text));
  // What is only removed can count as well.
  const line = patterns.includes(null) ? Math.min(...added, lines.length) : [...added].toSorted((a, b) => a - b).find((number) => counts(lines[number - 1] ?? ''));
  return line === undefined ? [] : [flag(line, lines[line - 1] ?? '')];
}

function kindsOf(path: string): Kind[] {
  const names = [posix.basename(path), posix.join(posix.basename(posix.dirname(path)), posix.basename(path))];
  return kinds.filter(({ name }) => names.some((one) => name.test(one)));
}

function manifestFlags(path: string, before: string | null, after: string, mayRun: (tool: RegExp) => boolean): Flag[] {
  const old = before === null ? null : tableOf(before);
  const now = tableOf(after);
  const flag = (text: string, why: string): Flag => ({ code: 'build', file: path, line: 0, text, why });
  if (now === null) return [flag('', 'it is no longer JSON')];
  if (old === null) return [flag('', 'a new package.json decides how the files beside it are loaded')];
  const keys = [...manifestKeys, ...toolKeys.filter((key) => mayRun(new RegExp(`\\b${key}\\b`)))];
  const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key])).map((key) => flag(`${key}: ${JSON.stringify(now[key])?.slice(0, 120) ?? 'removed'}`, `it changes \`${key}\`, which says what is loaded or how it is tested`));
  const packages = (table: Record<string, unknown>): string[] => ['dependencies', 'optionalDependencies'].flatMap((key) => Object.keys((table[key] as object | null | undefined) ?? {}));
  const brought = packages(now).filter((name) => !packages(old).includes(name));
  return [...changed, ...brought.map((name) => flag(name, 'it brings a package, whose code is not part of the change'))];
}

function tableOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
