/** A stack of a folded file as it is written, with its count. */
export interface FoldedStack {
  text: string;
  /** In which it begins, from 1. */
  line: number;
}

/** How py-spy begins a stack with `--subprocesses`: the command line stands there as it is. */
const processStart = /^process \d{1,9}:"/;
/** What comes after the last command line of such a stack, in one line: a thread, or a function with its file, and at the end the count. */
const rest = /";(?:thread \(|[^;"]+ \([^"]*\))[^"]* \d+$/;

/** The stacks of a folded file, each of one line, but for those of py-spy whose command lines hold line ends, and maybe numbers at them. */
export function foldedStacks(text: string): FoldedStack[] {
  const stacks: FoldedStack[] = [];
  let isWhole = true;
  for (const [index, each] of text.split('\n').entries()) {
    const line = each.trimEnd();
    const last = stacks.at(-1);
    const isStart = processStart.test(line);
    if (last === undefined || isWhole || isStart) stacks.push({ text: line, line: index + 1 });
    else last.text += `\n${line}`;
    isWhole = (isWhole && !isStart) || rest.test(line);
  }
  return stacks.map((stack) => ({ ...stack, text: stack.text.trimEnd() })).filter((stack) => stack.text !== '');
}
