import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Command, Help, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { outlineFile } from '../../src/scan/outline/outline-file.js';
import { fullName } from '../../src/scan/outline/outline.js';
import { askIn } from './repository.js';

// Outlines of real code against what its own language says of it.

/** What Python's own parser knows of a file: definitions with their place, calls by name and line, imported modules. */
const program = `
import ast, json, sys
out = {}
for path in sys.argv[1:]:
    tree = ast.parse(open(path, encoding='utf8').read())
    symbols, calls, modules = [], [], []
    def visit(node, names):
        for child in ast.iter_child_nodes(node):
            inner = names
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = names + [child.name]
                symbols.append(['.'.join(inner), child.lineno, child.end_lineno])
                for one in child.decorator_list:
                    if isinstance(one, (ast.Name, ast.Attribute)):
                        calls.append([one.id if isinstance(one, ast.Name) else one.attr, one.end_lineno])
            if isinstance(child, ast.Call) and isinstance(child.func, (ast.Name, ast.Attribute)):
                func = child.func
                calls.append([func.id if isinstance(func, ast.Name) else func.attr, func.end_lineno])
            if isinstance(child, ast.Import):
                modules.extend(one.name for one in child.names)
            if isinstance(child, ast.ImportFrom) and child.module != '__future__':
                modules.append('.' * child.level + (child.module or ''))
            visit(child, inner)
    visit(tree, [])
    out[path] = {'symbols': symbols, 'calls': calls, 'modules': modules}
print(json.dumps(out))
`;

const modules = ['argparse', 'dataclasses', 'functools', 'json.decoder', 'logging.handlers', 'asyncio.tasks', 'collections', 'tokenize', 'contextlib'];

function python(...args: string[]): string | null {
  try {
    return execFileSync('python3', args, { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}

interface Known {
  symbols: [string, number, number][];
  calls: [string, number][];
  modules: string[];
}

describe('an outline', () => {
  it('of the Python library is what Python parses', ({ skip }) => {
    const paths = python('-c', `import importlib.util, sys; print('\\n'.join(importlib.util.find_spec(name).origin for name in ${JSON.stringify(modules)}))`)?.trim().split('\n');
    const known = paths === undefined ? null : python('-c', program, ...paths);
    if (paths === undefined || known === null) {
      skip('there is no python3 of 3.8 or newer');
      return;
    }
    for (const [path, expected] of Object.entries(JSON.parse(known) as Record<string, Known>)) {
      const text = readFileSync(path, 'utf8');
      const lines = text.split('\n');
      const outline = outlineFile(path, text, 'python');
      // The grammar counts comments after the last statement.
      const lastCode = (line: number): number => (/^\s*(?:#|$)/.test(lines[line - 1] ?? '') ? lastCode(line - 1) : line);
      const sorted = (values: unknown[]) => values.map((value) => JSON.stringify(value)).sort();
      expect([path, sorted(outline.symbols.map((symbol) => [fullName(symbol), symbol.line, lastCode(symbol.endLine)]))]).toEqual([path, sorted(expected.symbols)]);
      expect([path, sorted(outline.calls.map(({ name, line }) => [name, line]))]).toEqual([path, sorted(expected.calls)]);
      expect([path, sorted(outline.imports.map(({ module }) => module))]).toEqual([path, sorted(expected.modules)]);
    }
  });

  const commander = join(dirname(createRequire(import.meta.url).resolve('commander')), 'lib');

  it.each([
    ['command.js', Command],
    ['help.js', Help],
    ['option.js', Option],
  ])('of a class in JavaScript has the methods that it has when it runs: %s', (file, type) => {
    const outline = outlineFile(file, readFileSync(join(commander, file), 'utf8'), 'javascript');
    const methods = outline.symbols.filter(({ kind, container }) => kind === 'method' && container === type.name).map(({ name }) => name);
    const statics = Object.getOwnPropertyNames(type).filter((name) => typeof (type as unknown as Record<string, unknown>)[name] === 'function');
    expect([...new Set(methods)].sort()).toEqual([...new Set([...Object.getOwnPropertyNames(type.prototype), ...statics])].sort());
  });

  it('of a real package leads from call to call', async () => {
    const answer = await askIn(dirname(commander), 'scanner_trace', { name: '_findCommand', from: 'Command.parse' });
    expect(answer).toMatchObject({ rows: [{ function: 'Command.parse', confidence: 'exact' }, { function: 'Command._parseCommand', confidence: 'exact' }, { function: 'Command._findCommand' }] });
  });
});
