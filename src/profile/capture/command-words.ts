import { accessSync, closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { simpleCommands } from '../../core/shell-words.js';

/** What a command starts, as far as its words and files tell. */
export type Program =
  | { kind: 'node'; name: string }
  /** `script`: the file that it runs, absolute, where one can be told. */
  | { kind: 'python'; name: string; interpreter: string; script: string | null; usesTorch: boolean }
  /** `file`: the program, absolute. */
  | { kind: 'native'; name: string; file: string; usesCuda: boolean }
  /** `text`: of its words, and of the files that they name. `usesTorch`: whether a Python program of it does. */
  | { kind: 'shell'; name: string; text: string; usesTorch: boolean };

const nodeNames = /^(node|nodejs|npm|npx|pnpm|yarn|tsx|ts-node|vitest|jest|mocha)$/;
const pythonNames = /^(python(\d+(\.\d+)?)?|pytest|torchrun|accelerate|deepspeed|ipython|gunicorn|uvicorn|celery)$/;
const shellNames = /^(sh|bash|dash|zsh|ksh|make|ninja|just)$/;
/** Put before a command without changing what it is. */
const before = /^(env|time|nice|nohup|exec|stdbuf|setsid|[A-Za-z_]\w*=.*)$/s;

/** Where a command is started. */
interface Place {
  cwd: string;
  path: string;
}

/** Scripts that start scripts are looked into so deep. */
const deepestScript = 3;

export function programOf(argv: readonly string[], { cwd, path }: Place, depth = 0): Program {
  let at = 0;
  while (at < argv.length - 1 && before.test(basename(argv[at] ?? ''))) at++;
  const [word = '', ...args] = argv.slice(at);
  const name = basename(word);
  const file = findProgram(word, { cwd, path });
  const interpreter = file === null ? null : shebang(file);
  const isCalled = (names: RegExp): boolean => names.test(name) || (interpreter !== null && names.test(basename(interpreter)));
  if (isCalled(nodeNames)) return { kind: 'node', name };
  // First by its own name: a wrapper of pyenv is a script of a shell.
  if (isCalled(pythonNames)) {
    const isInterpreter = name.startsWith('python');
    const script = isInterpreter ? pythonScript(args, cwd) : (interpreter === null ? null : file);
    return { kind: 'python', name, interpreter: isInterpreter ? word : interpreter !== null && pythonNames.test(basename(interpreter)) ? interpreter : 'python3', script, usesTorch: /^(torchrun|accelerate|deepspeed)$/.test(name) || args.includes('torch.distributed.run') || args.some((one) => one.endsWith('.py') && importsTorch(resolve(cwd, one))) || (script !== null && importsTorch(script)) };
  }
  if (isCalled(shellNames) || file === null) {
    const text = [...args, ...args.map((one) => textOf(resolve(cwd, one))), file === null || interpreter === null ? '' : textOf(file)].join('\n');
    return { kind: 'shell', name, text, usesTorch: depth < deepestScript && startsTorch(text, { cwd, path }, depth + 1) };
  }
  return { kind: 'native', name, file, usesCuda: /libcudart|libcuda\.so/.test(readFileSync(file, 'latin1')) };
}

/** Words that stand before a command in a script. */
const keywords = /^(?:if|then|elif|else|while|until|do|time|!|\{)$/;

/** Whether one of the commands of a script runs a program of Python that imports torch. */
function startsTorch(script: string, { cwd, path }: Place, depth: number): boolean {
  let folder = cwd;
  for (const words of simpleCommands(script)) {
    const argv = words.slice(words.findIndex((word) => !keywords.test(word)));
    const word = argv.find((one) => !before.test(one)) ?? '';
    if (word === 'cd') folder = resolve(folder, argv[argv.indexOf(word) + 1] ?? '.');
    else if (pythonNames.test(basename(word)) || shellNames.test(basename(word)) || word.includes('/')) {
      const program = programOf(argv, { cwd: folder, path }, depth);
      if ('usesTorch' in program && program.usesTorch) return true;
    }
  }
  return false;
}

/** As the system finds it. */
export function findProgram(word: string, { cwd, path }: Place): string | null {
  const candidates = word.includes('/') ? [resolve(cwd, word)] : path.split(delimiter).filter((folder) => folder !== '').map((folder) => join(folder, word));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  }) ?? null;
}

/** `#!/usr/bin/env NAME` gives the name, `#!/path/NAME` the path. Null where it is no script. */
function shebang(file: string): string | null {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(256);
    const text = head.toString('latin1', 0, readSync(descriptor, head, 0, 256, 0));
    return /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(\S+)/.exec(text)?.[1] ?? null;
  } finally {
    closeSync(descriptor);
  }
}

function pythonScript(args: readonly string[], cwd: string): string | null {
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '-c') return null;
    if (word === '-m') return [`${(args[i + 1] ?? '').replaceAll('.', '/')}.py`, `${(args[i + 1] ?? '').replaceAll('.', '/')}/__main__.py`].map((one) => resolve(cwd, one)).find((one) => textOf(one) !== '') ?? null;
    if (word === '-W' || word === '-X') i++;
    else if (!word.startsWith('-')) return resolve(cwd, word);
  }
  return null;
}

/** In the script itself, or in a module beside it that it imports. */
function importsTorch(script: string): boolean {
  const text = textOf(script);
  if (torchImport.test(text)) return true;
  const modules = [...text.matchAll(/^\s*(?:from|import)\s+([A-Za-z_]\w*)/gm)].map(([, name]) => name ?? '');
  return modules.some((name) => [`${name}.py`, `${name}/__init__.py`].some((one) => torchImport.test(textOf(resolve(script, '..', one)))));
}

const torchImport = /^\s*(?:import|from)\s+(?:torch|lightning|pytorch_lightning|transformers)\b/m;

/** Empty where it is no text file of a usual size. */
function textOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size > 1 << 20) return '';
  try {
    const text = readFileSync(file, 'utf8');
    // A compiled program is no script, and its bytes are no paths.
    return text.includes('\0') ? '' : text;
  } catch {
    return '';
  }
}
