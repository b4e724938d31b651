import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { v8HookFile } from '../import/frame-kind.js';
import { readPlainHead } from '../import/read-file.js';
import { pythonHookSource } from './python-hook.js';
import type { Recorder, RecorderPlace } from './recorder.js';
import { torchHookSource } from './torch-hook.js';
import { v8HookSource } from './v8-hook.js';

export type HookKind = 'v8' | 'cprofile' | 'hooks' | 'torch';

const endings: Record<HookKind, RegExp> = { v8: /\.cpuprofile$/, cprofile: /\.pstats$/, hooks: /\.(cpuprofile|pstats)$/, torch: /\.trace\.json\.gz$/ };

/** Profilers that are part of the language's own process: a hook in the environment starts them in each one. */
export async function hookRecorder(kind: HookKind, { outDir, root, env, window, isWatched }: RecorderPlace): Promise<Recorder> {
  const profiles = join(outDir, 'profiles');
  await mkdir(profiles, { recursive: true });
  const stopFile = join(outDir, 'stop');
  const begunFile = join(outDir, 'begun');
  const added: Record<string, string> = {
    PERFLOOP_PROFILE_DIR: profiles,
    PERFLOOP_PROFILE_ROOT: root,
    ...(isWatched ? { PERFLOOP_PROFILE_STOP: stopFile } : {}),
    ...(kind === 'torch' ? { PERFLOOP_PROFILE_BEGUN: begunFile } : {}),
    ...(window.delayMs > 0 ? { PERFLOOP_PROFILE_DELAY_MS: String(window.delayMs) } : {}),
    ...(window.durationMs === null ? {} : { PERFLOOP_PROFILE_DURATION_MS: String(window.durationMs) }),
    ...(window.range === null ? {} : { PERFLOOP_PROFILE_RANGE: window.range }),
  };
  if (kind === 'v8' || kind === 'hooks') added['NODE_OPTIONS'] = await nodeHook(outDir, env['NODE_OPTIONS']);
  if (kind !== 'v8') added['PYTHONPATH'] = await pythonHook(outDir, kind === 'torch' ? torchHookSource : pythonHookSource, env['PYTHONPATH']);
  return {
    kind,
    prefix: [],
    env: added,
    keepsDuration: false,
    endsBy: 'SIGTERM',
    begunFile: kind === 'torch' ? begunFile : null,
    stopFile: isWatched ? stopFile : null,
    graceMs: kind === 'torch' ? 120_000 : 5000,
    timesFile: null,
    hidesExit: false,
    collect: async () => {
      const files = await profilesIn(profiles, endings[kind]);
      return kind === 'torch' ? files.filter(hasEvents) : files;
    },
  };
}

/** The target could write there, too: whoever opens a pipe waits for ever. */
async function profilesIn(folder: string, ending: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && ending.test(entry.name)).map(({ name }) => join(folder, name)).sort();
}

/** Whether a trace holds work: a process that imports torch and does nothing with it leaves one, too. */
const hasEvents = (file: string): boolean => /"ph"\s*:\s*"X"/.test(readPlainHead(file, 1 << 20).toString('latin1'));

async function nodeHook(outDir: string, given: string | undefined): Promise<string> {
  const hook = join(outDir, v8HookFile);
  await writeFile(hook, v8HookSource);
  // First, so that it also sees what other --require hooks do. Node unescapes a quoted value.
  const option = `--require "${hook.replace(/[\\"]/g, '\\$&')}"`;
  return given ? `${option} ${given}` : option;
}

async function pythonHook(outDir: string, source: string, given: string | undefined): Promise<string> {
  const folder = join(outDir, 'python');
  await mkdir(folder);
  await writeFile(join(folder, 'sitecustomize.py'), source);
  return given ? `${folder}${delimiter}${given}` : folder;
}
