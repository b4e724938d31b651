import type { Problem } from '../../config/problems.js';
import { didYouMean } from '../../did-you-mean.js';

/** More are of no help to a person. */
const most = 200;
/** Names that are compared in the search for near ones, about a microsecond each. */
const mostCompared = 100_000;

/** Everything that is wrong with a pipeline, each with its place in the steps: `[3, 'needs', 0]`. */
export class Problems {
  readonly list: Problem[] = [];
  private left = 0;
  private compared = 0;

  add(path: readonly PropertyKey[], text: string): void {
    if (this.list.length < most) this.list.push({ path, text });
    else this.left += 1;
  }

  /** `; did you mean x?`, or nothing. */
  near(word: string, allowed: readonly string[]): string {
    this.compared += allowed.length;
    return this.compared > mostCompared ? '' : didYouMean(word, allowed);
  }

  /** In file order. */
  sorted(): Problem[] {
    return this.list.toSorted((one, other) => comparePaths(one.path, other.path));
  }

  /** Whether another one would still be told. */
  get wanted(): boolean {
    return this.list.length < most;
  }

  /** One line each: `steps[3].needs[0]: …`. */
  lines(): string[] {
    const lines = this.sorted().map(({ path, text }) => `${placeText(path)}: ${text}`);
    return this.left === 0 ? lines : [...lines, `and ${this.left} more`];
  }
}

function placeText(path: readonly PropertyKey[]): string {
  return `steps${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')}`;
}

function comparePaths(one: readonly PropertyKey[], other: readonly PropertyKey[]): number {
  for (const [index, part] of one.entries()) {
    const theirs = other[index];
    if (theirs === undefined) return 1;
    if (typeof part === 'number' && typeof theirs === 'number' && part !== theirs) return part - theirs;
    if (part !== theirs) return 0;
  }
  return one.length - other.length;
}
