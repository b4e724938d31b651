import { validateConfig } from '../../core/config/parse.js';
import type { Config } from '../../core/config/schema.js';
import { median } from '../../core/stats/summary.js';
import { commandEnvironment } from '../../measure/command-environment.js';
import { runCommand } from '../../measure/run-command.js';
import { shellWord } from '../../core/shell-word.js';

/** As long as a good benchmark. */
const targetMs = 300;
const firstRounds = 2_000_000;
const tries = 5;

/** Arithmetic, and a walk through 8 MiB, more than most caches of one core hold. Fixed work for a number of rounds. */
function command(rounds: number): string {
  const script = `const m=new Int32Array(2**21);let x=1;for(let i=0;i<${rounds};i++){x=Math.imul(x,1664525)+1013904223|0;m[x>>>11]+=x}process.exit(m[0]===42?1:0)`;
  return `exec ${shellWord(process.execPath)} -e ${shellWord(script)}`;
}

/** A benchmark that needs no repository: a loop with so many rounds that it takes about 0.3 s here. */
export async function builtinBenchmark(signal: AbortSignal): Promise<Config> {
  const empty = await timed(command(0), signal);
  const loop = Math.max(1, (await timed(command(firstRounds), signal)) - empty);
  const rounds = Math.max(firstRounds / 10, Math.round((firstRounds * Math.max(targetMs - empty, targetMs / 3)) / loop));
  return validateConfig({ commands: { benchmark: command(rounds) } }, 'the built-in benchmark');
}

async function timed(run: string, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  while (times.length < tries) {
    const { wallMs, usage } = await runCommand({ command: run, cwd: '/', env: commandEnvironment(), timeoutMs: 60_000, signal });
    signal.throwIfAborted();
    // On a busy machine the wall time would make the loop too short.
    times.push(usage?.cpuMs ?? wallMs);
  }
  return median(times);
}
