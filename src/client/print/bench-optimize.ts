import type { ExamSum } from '../../propose/exam/sum.js';
import type { Style } from '../style.js';
import type { BenchOptimization } from '../verbs/bench-optimize.js';
import { plural } from './numbers.js';
import { table } from './table.js';

const colours = { right: 'green', 'turned down': 'green', unchecked: 'yellow', 'not patched': 'yellow', wrong: 'red', patched: 'red' } as const;

/** A line a finding, and the sums of each half. */
export function printBenchOptimization({ torch, halves }: BenchOptimization, style: Style): string {
  const parts = halves.map(({ half, programs, sum }) => {
    const rows = programs.flatMap(({ program, findings }) => findings.map((finding) => ({ program, ...finding })));
    const findings = table(rows, [
      { title: 'program', cell: ({ program }) => program },
      { title: 'finding', cell: ({ category, finding }) => `${category} ${finding}` },
      { title: 'is', cell: ({ kind }) => kind },
      { title: 'result', cell: ({ result }) => result, colour: ({ result }, text) => style(colours[result], text) },
      { title: 'by', cell: ({ recipe, reason }) => [recipe, reason].filter((text) => text !== null).join(': ') },
    ], style);
    const broken = programs.flatMap(({ program, besides }) => besides.filter(({ breaks }) => breaks).map(({ recipe, title }) => `${program}: ${recipe}: ${title}`));
    return [`${style('bold', half)}\n${findings}`, `${half}: ${sumText(sum)}`, ...(broken.length === 0 ? [] : [`breaks the program, besides the findings:\n${broken.join('\n')}`])].join('\n\n');
  });
  return [...parts, behaviourText(torch)].join('\n\n');
}

/** The same as Markdown, for docs. */
export function benchOptimizationMarkdown({ torch, halves }: BenchOptimization): string {
  const head = '| half | programs | real findings | patched right | unchecked | patched wrong | not patched | false findings | turned down | patched all the same | patches besides | of these break the program |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |';
  const sums = halves.map(({ half, sum: s }) => `| ${[half, s.programs, s.real, s.right, s.unchecked, s.wrong, s.notPatched, s.false, s.turnedDown, s.falsePatched, s.besides, s.besidesBroken].join(' | ')} |`);
  const tables = halves.map(({ half, programs }) => {
    const rows = programs.flatMap(({ program, findings }) => findings.map(({ finding, category, kind, result, recipe, reason }) => `| ${program} | ${category} ${finding} | ${kind} | ${result} | ${[recipe, reason].filter((text) => text !== null).join(': ').replaceAll('|', '\\|')} |`));
    return `### ${half}\n\n| program | finding | is | result | by |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `${[`${head}\n${sums.join('\n')}`, behaviourText(torch), ...tables].join('\n\n')}\n`;
}

function sumText({ programs, real, right, unchecked, wrong, notPatched, false: falseOnes, turnedDown, falsePatched, besides, besidesBroken }: ExamSum): string {
  return `${plural(programs, 'program')}; ${plural(real, 'real finding')}: ${right} patched right, ${unchecked} unchecked, ${wrong} wrong, ${notPatched} not patched; ${plural(falseOnes, 'false one')}: ${turnedDown} turned down, ${falsePatched} patched; ${plural(besides, 'patch', 'patches')} besides, of which ${besidesBroken} break the program`;
}

function behaviourText(torch: string | null): string {
  return torch === null ? 'Behaviour was not checked: there is no torch. A patch whose behaviour is not checked does not count as right.' : `Behaviour was checked on the CPU with torch ${torch}.`;
}
