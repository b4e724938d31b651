import type { Sources } from './sources.js';

/** `[2, 1]` for 2.1. */
export type Version = readonly [number, number];

/** The versions of PyTorch that a repository allows; null where it does not say. */
export interface VersionRange {
  least: Version | null;
  /** Exclusive, unless a single version is pinned. */
  below: Version | null;
}

const requirementFiles = ['requirements.txt', 'requirements/base.txt', 'requirements-gpu.txt', 'requirements_gpu.txt', 'pyproject.toml', 'setup.py', 'setup.cfg', 'environment.yml', 'environment.yaml', 'Pipfile'];

/** From the first file of requirements that names torch with a version. */
export function torchVersions(sources: Sources): VersionRange {
  for (const file of requirementFiles) {
    const line = /(?:^|["'\s=-])(?:py)?torch["']?\s*=?\s*["'(]?((?:[=<>~!^]=?=?\s*\d[\w.*+]*\s*,?\s*)+)/m.exec(sources.read(file) ?? '')?.[1];
    if (line !== undefined) return rangeOf(line);
  }
  return { least: null, below: null };
}

function rangeOf(text: string): VersionRange {
  let least: Version | null = null;
  let below: Version | null = null;
  for (const [, operator = '', major = '0', minor = '0'] of text.matchAll(/([=<>~!^]+)\s*(\d+)(?:\.(\d+))?/g)) {
    const version: Version = [Number(major), Number(minor)];
    if (/^(?:>=|>|\^|~=|==?=?)$/.test(operator)) least = version;
    if (operator === '<') below = version;
    if (operator === '<=' || /^==?=?$/.test(operator)) below = [version[0], version[1] + 1];
    if (operator === '^' || operator === '~=') below = [version[0] + 1, 0];
  }
  return { least, below };
}

/** Whether something that came with a version is surely missing: only older versions are allowed. */
export function isBefore({ below }: VersionRange, version: Version): boolean {
  return below !== null && compare(below, version) <= 0;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** Whether something that came with a version is surely there: every version that is allowed has it. */
export function isSince({ least }: VersionRange, version: Version): boolean {
  return least !== null && compare(least, version) >= 0;
}
