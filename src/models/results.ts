import type { ArtifactRef } from '../core/artifact.js';
import type { ToolSpec } from './providers/provider.js';

/** Of one result that a model is shown at once, in UTF-16 code units. */
const shownAtOnce = 8000;

/** The tool by which a model reads on in a result that was cut. */
export const readResultSpec: ToolSpec = {
  name: 'read_result',
  description: 'Reads on in a result that was cut, or one of a turn that was summarised, by its id (`e3`).',
  input: { type: 'object', properties: { id: { type: 'string' }, from: { type: 'integer', minimum: 1, description: 'The first line, from 1.' } }, required: ['id'], additionalProperties: false },
};

interface Kept {
  /** Name of the tool. */
  tool: string;
  about: string;
  lines: string[];
  artifact: ArtifactRef | null;
}

/** What tools answered in a conversation, each under an id that findings and verdicts refer to. */
export class Results {
  readonly #kept = new Map<string, Kept>();

  /** `keep`: stores what is too large to be shown, so that it can be looked up later. */
  constructor(private readonly keep: (text: string) => Promise<ArtifactRef>) {}

  /** Takes a result and gives what the model sees of it: with its id, and cut at a line where it is large. */
  async add({ tool, input }: { tool: string; input: string }, text: string): Promise<string> {
    const about = `${tool} ${input.slice(0, 200)}`;
    const id = `e${this.#kept.size + 1}`;
    const artifact = text.length > shownAtOnce ? await this.keep(text) : null;
    this.#kept.set(id, { tool, about, lines: text.split('\n'), artifact });
    return this.page(id, 1);
  }

  /** From a line on. */
  page(id: string, from: number): string {
    const kept = this.#kept.get(id);
    if (kept === undefined) return `There is no result ${id}. There are: ${[...this.#kept.keys()].join(', ') || 'none'}.`;
    const { about, lines } = kept;
    let size = 0;
    let to = from - 1;
    while (to < lines.length && (size === 0 || size + (lines[to] ?? '').length < shownAtOnce)) size += (lines[to++] ?? '').length + 1;
    const shown = lines.slice(from - 1, to).map((line) => (line.length > shownAtOnce ? `${line.slice(0, shownAtOnce)}… (this line is cut)` : line));
    const rest = to < lines.length ? `\n[cut: lines ${from} to ${to} of ${lines.length}; go on with read_result {"id": "${id}", "from": ${to + 1}}]` : '';
    return `[${id}] ${about}\n${shown.join('\n')}${rest}`;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** The tool that gave it; undefined where there is no such result. */
  toolOf(id: string): string | undefined {
    return this.#kept.get(id)?.tool;
  }

  /** Whether a result holds these words, in whatever white space, also where it was cut. Rows are JSON: the words may be as they stand there, or as they are read. */
  says(id: string, words: string): boolean {
    const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
    const whole = plain(this.#kept.get(id)?.lines.join(' ') ?? '');
    return whole.includes(plain(words)) || whole.includes(plain(JSON.stringify(words.trim()).slice(1, -1)));
  }

  /** A line for each result: stays in the conversation when its turns are summarised. */
  index(): string {
    return [...this.#kept].map(([id, { about, lines }]) => `[${id}] ${about}: ${(lines[0] ?? '').slice(0, 120)}`).join('\n');
  }

  /** What was too large to be shown at once, by id. */
  get artifacts(): { id: string; artifact: ArtifactRef }[] {
    return [...this.#kept].flatMap(([id, { artifact }]) => (artifact === null ? [] : [{ id, artifact }]));
  }
}
