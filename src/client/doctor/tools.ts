import { readFileSync } from 'node:fs';
import { sandboxSupport } from '../../measure/sandbox/probe.js';
import { atLeast, firstLineOf, type Check } from './check.js';

interface Tool {
  name: string;
  /** Tried in order; the first that answers counts. */
  commands: readonly string[];
  args: readonly string[];
  neededFor: string;
  fix: string;
  required: boolean;
  least?: string;
}

const tools: readonly Tool[] = [
  { name: 'git', commands: ['git'], args: ['--version'], neededFor: 'worktrees, result branches, bundles', fix: 'Install git 2.30 or newer.', required: true, least: '2.30' },
  { name: 'flock', commands: ['flock'], args: ['--version'], neededFor: 'holding the machine while a benchmark samples', fix: 'Install util-linux (macOS: `brew install flock`).', required: true },
  { name: 'python3', commands: ['python3'], args: ['--version'], neededFor: 'profiling and testing Python targets', fix: 'Install Python 3.8 or newer.', required: false, least: '3.8' },
  { name: 'valgrind', commands: ['valgrind'], args: ['--version'], neededFor: 'instruction counts beside a verdict', fix: 'Install valgrind.', required: false },
  { name: 'nsys', commands: ['nsys'], args: ['--version'], neededFor: 'profiles of CUDA programs, and reading .nsys-rep', fix: 'Install nsight-systems-cli of NVIDIA, or nsight-systems (Debian, non-free).', required: false },
  { name: 'py-spy', commands: ['py-spy'], args: ['--version'], neededFor: 'profiles of Python at little cost', fix: 'Run `pip install py-spy`.', required: false },
  { name: 'chromium', commands: ['chromium', 'chromium-browser', 'google-chrome'], args: ['--version'], neededFor: "the test of the report; not for perfloop's use", fix: 'Install Chromium.', required: false },
];

export async function toolChecks(): Promise<Check[]> {
  return [nodeCheck(), ...(await Promise.all([sandboxCheck(), ...tools.map(toolCheck), perfCheck()]))];
}

function nodeCheck(): Check {
  const good = atLeast(process.versions.node, '20.19');
  return { name: 'node', status: good ? 'ok' : 'fail', found: process.version, neededFor: 'perfloop itself', fix: good ? null : 'Install Node 20.19 or newer.' };
}

/** Not the version alone: many systems forbid it to work. */
async function sandboxCheck(): Promise<Check> {
  const check = { name: 'bubblewrap', neededFor: 'the sandbox around the commands of targets' };
  const support = await sandboxSupport();
  return support.works ? { ...check, status: 'ok', found: `${support.version}, and it works here`, fix: null } : { ...check, status: 'warn', found: support.why, fix: support.fix };
}

async function toolCheck(tool: Tool): Promise<Check> {
  let said: string | null = null;
  for (const command of tool.commands) said ??= await firstLineOf(command, [...tool.args]);
  const lack = tool.required ? 'fail' : 'warn';
  const { name, neededFor, fix } = tool;
  if (said === null) return { name, status: lack, found: 'not on PATH', neededFor, fix };
  const old = tool.least !== undefined && !atLeast(said, tool.least);
  return { name, status: old ? lack : 'ok', found: old ? `${said}, older than ${tool.least}` : said, neededFor, fix: old ? fix : null };
}

/** Above this value of the kernel's setting, an unprivileged user cannot sample even its own processes. */
const mostParanoid = 2;

async function perfCheck(): Promise<Check> {
  const said = await firstLineOf('perf', ['--version']);
  const check = { name: 'perf', neededFor: 'profiles of native code' };
  if (said === null) return { ...check, status: 'warn', found: 'not on PATH', fix: 'Install linux-perf (Debian) or linux-tools (Ubuntu).' };
  const paranoid = perfEventParanoid();
  if (paranoid === null || paranoid <= mostParanoid || process.getuid?.() === 0) return { ...check, status: 'ok', found: said, fix: null };
  return { ...check, status: 'warn', found: `${said}; kernel.perf_event_paranoid is ${paranoid}`, fix: `Run \`sudo sysctl kernel.perf_event_paranoid=${mostParanoid}\`.` };
}

function perfEventParanoid(): number | null {
  try {
    return Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8'));
  } catch {
    return null;
  }
}
