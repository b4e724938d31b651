import { didYouMean } from '../did-you-mean.js';
import { PerfloopError } from '../errors.js';
import { itemsAt, nameOfStep, prefixed, text, textAt } from './step-prefix.js';
import { parseToml, type TomlNode } from './toml.js';

/** The files of steps that a config names, each by its path below the top of the repository. */
export interface StepFiles {
  /** Of the config itself. */
  config: string;
  /** The text of each file, or why it cannot be read. */
  texts: ReadonlyMap<string, { text: string } | { problem: string }>;
  /** How a path is shown in messages. */
  shown: (path: string) => string;
}

/** Something wrong with a file of steps, or with how it is named. */
export interface FileProblem {
  file: string;
  line: number | null;
  /** Such as `steps[2].file`; empty for the whole file. */
  key: string;
  text: string;
}

export interface WithFiles {
  root: TomlNode;
  problems: FileProblem[];
  /** Files that are named and not among the texts: read them, and ask again. */
  wanted: string[];
}

/** Files within each other, the config not counted. */
const mostDeep = 8;
/** Of all files together, with what is used several times counted as often. */
const mostSteps = 10_000;
/** A run carries all of it in its input, of which the server takes 2 MB. */
const mostCharacters = 1_000_000;

/** The config with the steps of its files in the places of `file`, each node of theirs with the file that it is from. */
export function withStepFiles(root: TomlNode, files: StepFiles): WithFiles {
  const inclusion = new Inclusion(files);
  const whole = inclusion.ofTable(root, { path: files.config, chain: [files.config], key: '' });
  return { root: whole, problems: inclusion.problems, wanted: [...inclusion.wanted] };
}

/** A file that is being read: `chain` are the files that name each other down to it. */
interface Place {
  path: string;
  chain: readonly string[];
  key: string;
}

class Inclusion {
  readonly problems: FileProblem[] = [];
  readonly wanted = new Set<string>();
  private readonly parsed = new Map<string, TomlNode | null>();
  private steps = 0;
  private characters = 0;
  private full = false;

  constructor(private readonly files: StepFiles) {}

  /** A table with `steps`: the file, or a group. */
  ofTable(node: TomlNode, place: Place): TomlNode {
    const list = node.content.kind === 'table' ? node.content.entries.get('steps') : undefined;
    if (node.content.kind !== 'table' || list?.content.kind !== 'array') return node;
    const { items } = list.content;
    this.count(items.length, 0, node.line, place);
    if (this.full) return node;
    const steps = items.map((step, index) => this.step(step, { ...place, key: `${place.key === '' ? '' : `${place.key}.`}steps[${index}]` }));
    return { ...node, content: { kind: 'table', entries: new Map(node.content.entries).set('steps', { ...list, content: { kind: 'array', items: steps } }) } };
  }

  private step(step: TomlNode, place: Place): TomlNode {
    const file = textAt(step, 'file');
    if (step.content.kind !== 'table' || file === undefined || textAt(step, 'type') !== 'pipeline') return this.ofTable(step, place);
    const line = step.content.entries.get('file')?.line ?? step.line;
    const wrong = (what: string): TomlNode => (this.problem(place, line, 'file', what), step);
    if (step.content.entries.has('steps')) return wrong('there are `steps` too: the members of a pipeline stand here or in a file');
    const path = resolved(place.path, file);
    if (path === null) return wrong(`must be a file of the repository, named by a path that begins at ${this.files.shown(place.path)}; got ${JSON.stringify(file)}`);
    const again = place.chain.indexOf(path);
    if (again >= 0) return wrong(`names a file that it is within: ${[...place.chain.slice(again), path].join(' → ')}`);
    if (place.chain.length > mostDeep) return wrong(`files of steps are within each other more than ${mostDeep} deep: ${[...place.chain, path].join(' → ')}`);
    const read = this.files.texts.get(path);
    if (read === undefined) {
      this.wanted.add(path);
      return step;
    }
    if ('problem' in read) return wrong(`${this.files.shown(path)} ${read.problem}`);
    this.count(0, read.text.length, line, place);
    const steps = this.full ? null : this.stepsOf(path, read.text, place);
    if (steps === null) return step;
    const entries = new Map(step.content.entries).set('file', text(path, line));
    const named = prefixed(steps, nameOfStep(step) ?? 'pipeline');
    return { ...step, content: { kind: 'table', entries: entries.set('steps', { line, content: { kind: 'array', items: named } }) } };
  }

  /** The steps of a file, with those of the files that it names; null where there are none. */
  private stepsOf(path: string, source: string, from: Place): TomlNode[] | null {
    const shown = this.files.shown(path);
    const isNew = !this.parsed.has(path);
    const root = this.parse(path, source, shown);
    if (root === null || root.content.kind !== 'table') return null;
    const { entries } = root.content;
    if (isNew) {
      for (const [key, { line }] of entries) if (key !== 'steps') this.problems.push({ file: shown, line, key, text: `unknown key${didYouMean(key, ['steps'])}; a file of steps has [[steps]] alone` });
      if (itemsAt(root, 'steps').length === 0) this.problems.push({ file: shown, line: null, key: '', text: 'has no [[steps]]' });
    }
    const whole = this.ofTable(root, { path, chain: [...from.chain, path], key: '' });
    return itemsAt(whole, 'steps').map((step) => ({ ...step, file: shown }));
  }

  private parse(path: string, source: string, shown: string): TomlNode | null {
    const known = this.parsed.get(path);
    if (known !== undefined) return known;
    const root = this.read(source, shown);
    this.parsed.set(path, root);
    return root;
  }

  private read(source: string, shown: string): TomlNode | null {
    try {
      return parseToml(source, shown);
    } catch (error) {
      if (!(error instanceof PerfloopError)) throw error;
      const line = Number(error.where?.slice(shown.length + 1));
      this.problems.push({ file: shown, line: line > 0 ? line : null, key: '', text: error.message.slice(`${shown} `.length) });
      return null;
    }
  }

  /** What is used twice counts twice, since a run has it twice. */
  private count(steps: number, characters: number, line: number, place: Place): void {
    this.steps += steps;
    this.characters += characters;
    // Of a config without files the schema speaks.
    const inFile = characters > 0 || place.chain.length > 1;
    if (!inFile || this.full || (this.steps <= mostSteps && this.characters <= mostCharacters)) return;
    this.full = true;
    const what = this.steps > mostSteps ? `more than ${mostSteps} steps` : `more than ${mostCharacters} characters`;
    this.problem(place, line, '', `with the files of steps that it names, the config has ${what}; a file that is used several times counts as often`);
  }

  private problem({ path, key }: Place, line: number, last: string, what: string): void {
    this.problems.push({ file: this.files.shown(path), line, key: [key, last].filter((part) => part !== '').join('.'), text: what });
  }
}

/** The path below the top of the repository of a file that another one names; null where it is outside, or git's own. */
function resolved(from: string, file: string): string | null {
  if (/^[/\\~]|^[A-Za-z]:|\p{Cc}|\\/u.test(file) || file.length > 1000) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of file.split('/')) {
    if (part === '..' && parts.pop() === undefined) return null;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.length === 0 || parts[0]?.toLowerCase() === '.git' ? null : parts.join('/');
}
