import type { SgNode } from '@ast-grep/napi';

interface Span {
  node: SgNode;
  start: number;
  end: number;
  outer: Span | null;
}

/** Which of some nodes of one tree (its functions, its classes) a node lies in. Asking the tree itself takes a hundred times as long. */
export class Nesting {
  readonly #spans: Span[] = [];

  constructor(nodes: readonly SgNode[]) {
    const found = nodes.map((node) => ({ node, start: node.range().start.index, end: node.range().end.index, outer: null as Span | null }));
    found.sort((a, b) => a.start - b.start || b.end - a.end);
    for (const span of found) {
      let outer = this.#spans.at(-1) ?? null;
      while (outer !== null && outer.end < span.end) outer = outer.outer;
      // The last one before it may lie beside it.
      while (outer !== null && outer.end <= span.start) outer = outer.outer;
      span.outer = outer;
      this.#spans.push(span);
    }
  }

  /** The nodes around another, innermost first, itself left out. */
  around(node: SgNode): SgNode[] {
    const { start, end } = node.range();
    const found: SgNode[] = [];
    for (let span = this.#lastFrom(start.index); span !== null; span = span.outer) {
      if (span.end >= end.index && !(span.start === start.index && span.end === end.index)) found.push(span.node);
    }
    return found;
  }

  #lastFrom(offset: number): Span | null {
    let [low, high] = [-1, this.#spans.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return this.#spans[low] ?? null;
  }
}
