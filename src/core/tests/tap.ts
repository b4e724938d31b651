import { countOf, parsedTests, testId, type ParsedTests, type TestOutcome, type TestResult } from './results.js';

interface Test {
  name: string;
  outcome: TestOutcome;
  children: Test[];
}

interface Level {
  tests: Test[];
  plan: number | null;
}

const resultLine = /^( *)(not )?ok\b(?: (\d{1,9}))?(?: - | |$)(.*)$/;
const planLine = /^( *)1\.\.(\d{1,9})\s*(?:#|$)/;
const deepest = 50;

/**
 * TAP 12 to 14 (testanything.org), with the subtests of node, of node-tap and of vitest; several streams may follow one
 * another. What has subtests is no test itself. Each plan must agree with the results that came. Null when it is no TAP.
 */
export function parseTap(lines: readonly string[]): ParsedTests | null {
  const streams = streamsOf(lines);
  if (streams.length === 0) return null;
  const results: TestResult[] = [];
  let flaw: string | null = null;
  for (const stream of streams) {
    const read = readStream(stream);
    flaw ??= read.flaw;
    collect(read.tests, [], results);
  }
  return parsedTests(results, { counts: countOf(results), runs: streams.length, flaw });
}

/** Each begins with its version; what stands before the first one was printed by others. Older TAP has no version. */
function streamsOf(lines: readonly string[]): (readonly string[])[] {
  const starts = lines.flatMap((line, index) => (/^TAP version \d+$/.test(line) ? [index] : []));
  if (starts.length > 0) return starts.map((start, index) => lines.slice(start + 1, starts[index + 1]));
  const isTap = lines.some((line) => planLine.exec(line)?.[1] === '') && lines.some((line) => /^(not )?ok \d/.test(line));
  return isTap ? [lines] : [];
}

function readStream(lines: readonly string[]): { tests: Test[]; flaw: string | null } {
  const levels: Level[] = [{ tests: [], plan: null }];
  const flaws: string[] = [];
  /** Parents whose children follow, in vitest's form: `ok 1 - parent {`. */
  const opened: { depth: number; test: Test }[] = [];
  let block: string | null = null;
  let afterResult = false;
  const close = (depth: number): Test[] => {
    let below: Test[] = [];
    while (levels.length > depth) {
      const level = levels.pop() as Level;
      if (level.plan !== null && level.plan !== level.tests.length) flaws.push(`a plan of ${level.plan} tests, and ${level.tests.length} results`);
      // Subtests without a parent of their own belong to the level above.
      below = [...level.tests, ...below];
    }
    return below;
  };
  const levelAt = (depth: number): Level => {
    while (levels.length <= depth) levels.push({ tests: [], plan: null });
    return levels[depth] as Level;
  };
  for (const line of lines) {
    if (block !== null) {
      if (line.trimEnd() === `${block}...`) block = null;
      continue;
    }
    const yaml = afterResult ? /^( +)---\s*$/.exec(line) : null;
    afterResult = false;
    if (yaml !== null) {
      block = yaml[1] ?? '';
      continue;
    }
    if (line.startsWith('Bail out!')) flaws.push('it bailed out');
    const brace = /^( *)\}$/.exec(line);
    const parent = opened.at(-1);
    if (brace !== null && parent !== undefined && depthOf(brace[1]) === parent.depth) {
      parent.test.children = close(parent.depth + 1);
      opened.pop();
      continue;
    }
    const plan = planLine.exec(line);
    if (plan !== null && depthOf(plan[1]) <= deepest) {
      const level = levelAt(depthOf(plan[1]));
      if (level.plan !== null) flaws.push('two plans');
      level.plan = Number(plan[2]);
      continue;
    }
    const result = resultLine.exec(line);
    if (result === null || depthOf(result[1]) > deepest) continue;
    const depth = depthOf(result[1]);
    const children = close(depth + 1);
    const { name, outcome, opens } = describe(result[4] ?? '', result[2] === undefined);
    const test: Test = { name, outcome, children };
    levelAt(depth).tests.push(test);
    if (opens) opened.push({ depth, test });
    afterResult = true;
  }
  const tests = close(1);
  const top = levels[0] as Level;
  if (top.plan === null) flaws.push('no plan');
  else if (top.plan !== top.tests.length) flaws.push(`a plan of ${top.plan} tests, and ${top.tests.length} results`);
  if (block !== null) flaws.push('an unfinished block');
  return { tests: [...top.tests, ...tests], flaw: flaws[0] ?? null };
}

const depthOf = (indent = ''): number => Math.floor(indent.length / 4);

/** The part of a result line after its number. */
function describe(text: string, ok: boolean): { name: string; outcome: TestOutcome; opens: boolean } {
  const opens = text.endsWith(' {');
  const plain = (opens ? text.slice(0, -2) : text).replace(/ # time=[\d.]{1,20}m?s$/, '');
  const directive = /(?<!\\)#\s*(?:skip|todo)/i.exec(plain);
  const name = (directive === null ? plain : plain.slice(0, directive.index)).trim().replaceAll(/\\([#\\])/g, '$1');
  if (directive !== null) return { name, outcome: 'skipped', opens };
  return { name, outcome: ok ? 'passed' : 'failed', opens };
}

function collect(tests: readonly Test[], path: readonly string[], into: TestResult[]): void {
  for (const { name, outcome, children } of tests) {
    if (children.length === 0) into.push({ id: testId([...path, name]), outcome });
    else collect(children, [...path, name], into);
  }
}
