import { detectCpp } from './cpp.js';
import { detectGo } from './go.js';
import { makeTargets } from './makefile.js';
import type { Detected, Project } from './model.js';
import { detectNode } from './node.js';
import { detectPython } from './python.js';
import { openRepository, type Repository } from './repository.js';
import { detectRust } from './rust.js';

const detectors: readonly ((repository: Repository) => Promise<Project | null>)[] = [detectNode, detectPython, detectRust, detectGo, detectCpp];

/**
 * Guesses from the tracked files of a checkout how it is built, tested and measured. Runs nothing but `git ls-files`.
 * Throws PL_GIT_* when the folder is not in a git repository.
 */
export async function detectProject(dir: string): Promise<Detected> {
  const repository = await openRepository(dir);
  const all: Project[] = [];
  for (const detect of detectors) {
    const project = await detect(repository);
    if (project !== null) all.push(project);
  }
  const bySize = all.toSorted((a, b) => b.files - a.files);
  const declared = bySize.filter((project) => project.manifest !== null);
  // Some scripts beside a declared project, such as a build helper in Python, are not a project of their own.
  const projects = declared.length > 0 ? declared : bySize;
  const main = projects.find((project) => project.benchmark !== null) ?? projects[0] ?? null;
  return {
    name: repository.name,
    languages: bySize.map(({ language, files }) => ({ language, files })),
    main: main === null ? null : withDistinctMetrics(await withMakefile(repository, main)),
    others: projects.filter((project) => project !== main),
  };
}

/** A Makefile says how people run what the language's own files leave open. */
async function withMakefile(repository: Repository, project: Project): Promise<Project> {
  const make = await makeTargets(repository);
  if (make === null) return project;
  return { ...project, test: project.test ?? make.test, benchmark: project.benchmark ?? make.benchmark };
}

/** Two names that differ only in what a metric's name cannot hold come out the same. */
function withDistinctMetrics(project: Project): Project {
  const names = new Set<string>();
  return { ...project, metrics: project.metrics.filter(({ name }) => names.size !== names.add(name).size) };
}
