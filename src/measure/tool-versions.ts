import { firstLine, programOutput } from './program-output.js';

/** Programs whose version says something of a measurement, how they are asked, and what they bring with them. */
const tools: Record<string, { args?: string[]; also?: string[] }> = {
  node: {}, npm: {}, pnpm: {}, yarn: {}, bun: {}, deno: {}, tsx: {},
  python: {}, python3: {}, pypy3: {}, uv: {}, pytest: { also: ['python3'] },
  go: { args: ['version'] }, cargo: { also: ['rustc'] }, rustc: {},
  gcc: {}, 'g++': {}, cc: {}, 'c++': {}, clang: {}, 'clang++': {}, make: { also: ['cc'] }, cmake: { also: ['c++'] }, ninja: {}, meson: {}, bazel: {},
  java: { args: ['-version'] }, javac: {}, mvn: { also: ['java'] }, gradle: { also: ['java'] },
  dotnet: {}, ruby: {}, php: {}, perl: {}, julia: {}, ghc: {}, zig: { args: ['version'] }, nvcc: {},
};

/** The tools that shell commands name, as whole words without their folders, with what these bring with them. */
export function toolsNamedIn(commands: readonly string[]): string[] {
  const words = commands.flatMap((command) => command.split(/[\s;&|()<>"'`=$]+/)).map((word) => word.replace(/^.*\//, ''));
  const named = words.filter((word) => Object.hasOwn(tools, word));
  return [...new Set(named.flatMap((name) => [name, ...(tools[name]?.also ?? [])]))];
}

/** First line of what each program says of its version. */
export async function toolVersions(names: readonly string[], env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const asked = await Promise.all(names.map(async (name) => [name, firstLine(await programOutput(name, tools[name]?.args ?? ['--version'], env))] as const));
  return Object.fromEntries(asked.filter((entry): entry is readonly [string, string] => entry[1] !== null));
}
