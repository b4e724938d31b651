import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printedFindings } from '../../src/profile/printed/findings.js';
import { printedRows } from '../../src/profile/printed/printed.js';
import { symbolName } from '../../src/profile/printed/symbol-name.js';
import { commitAll, writeFiles } from './programs.js';
import { temporaryFolder } from './temporary-folder.js';

const names = (text: string) => printedRows(text).map(({ function: name, share, samples }) => [name, Number(share.toFixed(4)), samples]);

// As perf 6.1 printed them of a small C program.
const withChildren = `# To display the perf.data header info, please use --header/--header-only options.
#
# Samples: 1K of event 'cpu-clock'
# Event count (approx.): 496000000
#
# Children      Self  Command  Shared Object         Symbol                             
# ........  ........  .......  ....................  ...................................
#
    99.80%    98.54%  a        a                     [.] inner
            |
            ---inner
               |          
                --1.26%--asm_sysvec_apic_timer_interrupt

     1.26%     0.00%  a        [kernel.kallsyms]     [k] asm_sysvec_apic_timer_interrupt
     1.16%     0.60%  a        [kernel.kallsyms]     [k] irqentry_exit_to_user_mode
     0.05%     0.00%  a        [unknown]             [.] 0000000000000000


#
# (Tip: Show current config key-value pairs: perf config --list)
#
`;
const withSamples = `# Overhead       Samples  Command  Shared Object         Symbol                          
# ........  ............  .......  ....................  ................................
#
    98.54%          1955  a        a                     [.] ns::search(std::vector<float> const&)
     0.60%            12  a        [kernel.kallsyms]     [k] irqentry_exit_to_user_mode
     0.50%            10  b        a                     [.] ns::search(std::vector<float> const&)
`;

describe('what a command prints is read', () => {
  it('as perf report prints it, with and without callees, samples and a header', () => {
    expect(names(withChildren).slice(0, 3)).toEqual([['inner', 0.9854, null], ['irqentry_exit_to_user_mode', 0.006, null], ['asm_sysvec_apic_timer_interrupt', 0, null]]);
    expect(names(withSamples)).toEqual([['ns::search(std::vector<float> const&)', 0.9904, 1965], ['irqentry_exit_to_user_mode', 0.006, 12]]);
    expect(names('    99.80%    98.54%  a        a                     [.] inner\n     1.16%     0.60%  a   [kernel.kallsyms]   [k] irq\n')).toEqual([['inner', 0.9854, null], ['irq', 0.006, null]]);
  });

  it('as nsys stats prints it', () => {
    expect(names(`Processing [report.sqlite] with [gpukernsum.py]...

 ** CUDA GPU Kernel Summary (cuda_gpu_kern_sum):

 Time (%)  Total Time (ns)  Instances  Avg (ns)   Name                                
 --------  ---------------  ---------  ---------  ------------------------------------
     71.5        8,210,001        100   82,100.0  void saxpy<float>(float*, int)      
     28.5        3,272,000         10  327,200.0  [CUDA memcpy Host-to-Device]        

`)).toEqual([['void saxpy<float>(float*, int)', 0.715, null], ['[CUDA memcpy Host-to-Device]', 0.285, null]]);
  });

  it('as gprof, pprof and py-spy print it', () => {
    expect(names(`Flat profile:

Each sample counts as 0.01 seconds.
  %   cumulative   self              self     total           
 time   seconds   seconds    calls  ms/call  ms/call  name    
100.17      0.46     0.46    20000     0.02     0.02  inner
  0.00      0.46     0.00        1     0.00   460.77  outer
`)).toEqual([['inner', 1, null], ['outer', 0, null]]);
    expect(names(`Showing nodes accounting for 10ms, 100% of 10ms total
      flat  flat%   sum%        cum   cum%
      7ms 70.00% 70.00%       10ms   100%  main.(*Index).Search
      3ms 30.00%   100%        3ms 30.00%  main.dot (inline)
`).slice(0, 2)).toEqual([['main.(*Index).Search', 0.7, null], ['main.dot (inline)', 0.3, null]]);
    expect(printedRows('  %Own   %Total  OwnTime  TotalTime  Function (filename)\n 60.00% 100.00%   1.00s     2.00s   step (src/train.py:12)\n')).toEqual([{ function: 'step', file: 'src/train.py', line: 12, share: 0.6, samples: null }]);
  });

  it('as JSON, where samples alone give shares and rows of one function are summed', () => {
    expect(names(JSON.stringify([{ function: 'a', self_percent: 30, samples: 3, more: 1 }, { function: 'b', self_share: 0.5 }, { function: 'a', self_percent: 10, samples: 1 }]))).toEqual([['b', 0.5, null], ['a', 0.4, 4]]);
    expect(names('[{"function": "a", "samples": 1}, {"function": "b", "samples": 3}]')).toEqual([['b', 0.75, 3], ['a', 0.25, 1]]);
    expect(names('[]')).toEqual([]);
  });

  it.each([
    ['', 'is empty'],
    ['Segmentation fault\n', 'no row with a percentage and a name'],
    ['[{"function": "a"', 'begins as JSON and is none'],
    ['{"a": 1}', 'is no list'],
    ['[{"function": "a", "self_percent": 101}]', 'row 1 that is no function: self_percent'],
    ['[{"function": "a", "self_percent": 1}, {"function": "b"}]', 'row 2 without self_percent'],
    ['[{"function": "a", "self_percent": 1}, {"function": "b", "samples": 4}]', 'row 2 with samples alone'],
    ['1.0% a\n\n[perfloop cut the output here]\n2.0% b\n', 'too long'],
  ])('and refused where nothing is in it: %j', (text, why) => {
    expect(() => printedRows(text)).toThrow(why);
  });
});

it.each([
  ['void ns::f<std::vector<int>, 3>(float*, std::map<int, int> const&)', 'ns::f'],
  ['(anonymous namespace)::hot(int) [clone .cold]', 'hot'],
  ['inner.constprop.0', 'inner'],
  ['std::vector<float>& Index::rows() const', 'Index::rows'],
  ['example.com/a/pkg.(*Index).Search.func1', 'pkg.Index.Search'],
  ['krate::search::{{closure}}::h0123456789abcdef', 'krate::search'],
  ['main.dot (inline)', 'main.dot'],
  ['Trainer.step', 'Trainer.step'],
])('the source knows %s as %s', (symbol, name) => {
  expect(symbolName(symbol)).toBe(name);
});

it('functions are looked up in the files that git tracks, and become findings', async () => {
  const worktree = join(temporaryFolder(), 'repo');
  mkdirSync(worktree);
  writeFiles(worktree, {
    'src/index.cpp': '#include <vector>\nnamespace ns {\n\nfloat search(const std::vector<float>& v) {\n  float s = 0;\n  for (float x : v) s += x;\n  return s;\n}\n}\nint main() { return ns::search({1}) > 0; }\n',
    'train.py': 'def helper(x):\n    return x\n\n\nclass Trainer:\n    def step(self):\n        return helper(1)\n\n\ndef step():\n    return 2\n',
    'one.js': 'function both() { return 1; }\n', 'two.js': 'function both() { return 2; }\n',
    'pkg/go.go': 'package pkg\n\nfunc Dot(a int) int {\n\treturn a\n}\n',
  });
  commitAll(worktree);
  writeFiles(worktree, { 'made.py': 'def generated():\n    return 1\n' });
  const rows = [
    { function: 'ns::search(std::vector<float> const&)', samples: 500 },
    { function: 'step', file: '/elsewhere/repo/train.py', line: 7, samples: 200 },
    { function: 'helper', file: 'train.py', samples: 100 },
    { function: 'both', samples: 90 },
    { function: '[unknown]', samples: 80 },
    { function: 'std::search(int)', samples: 10 },
    { function: 'generated', samples: 9 },
    { function: 'example.com/a/pkg.Dot', samples: 8 },
    { function: 'ns::search(std::vector<float> const&) [clone .cold]', samples: 2 },
    { function: 'main', samples: 1 },
  ];
  const { findings, leftOut, rows: count } = await printedFindings({ worktree, text: JSON.stringify(rows), command: 'perf report', ignore: ['^\\[.*\\]$'], minShare: 0.002, top: 20 });
  expect(findings.map(({ function: name, file, line, samples }) => [name, file, line, samples])).toEqual([
    ['ns.search', 'src/index.cpp', 4, 502], ['Trainer.step', 'train.py', 6, 200], ['helper', 'train.py', 1, 100], ['Dot', 'pkg/go.go', 3, 8],
  ]);
  expect([count, leftOut]).toEqual([10, { ignored: 1, outside: 2, ambiguous: [{ function: 'both', files: ['one.js', 'two.js'] }] }]);
  expect(findings[0]).toMatchObject({ language: 'cpp', selfShare: 0.502, snippet: expect.stringMatching(/^float search[^]*\n\}$/), callSites: [{ file: 'src/index.cpp', line: 10 }] });
  expect(findings[2]?.callSites).toEqual([{ file: 'train.py', line: 7, text: 'return helper(1)' }]);
});
