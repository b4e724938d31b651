import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { artifactsOf } from '../../store/artifacts-of.js';
import { writeReport } from '../../report/write-report.js';
import { exitCodes } from '../../core/errors.js';
import type { RunStatus } from '../../core/status.js';
import { note, type CliContext } from '../context.js';
import { judgeResult } from '../outcome.js';
import { openSession } from '../session.js';
import { judge } from '../verbs/judge.js';
import { run } from '../verbs/run.js';
import { git as gitIn } from '../../workspace/git.js';
import { killWorkerOnce, type Kill } from './killer.js';
import { changeOfNothing, timeOnce, type Claim } from './no-op.js';
import { makeTarget, type DemoTarget } from './target.js';
import { actOne, closing, heading, promises, type Shown } from './words.js';

export interface DemoResult {
  target: DemoTarget;
  claims: Claim[];
  status: RunStatus;
  kill: Kill | null;
  log: string;
  report: string;
  /** Text of the machine-readable report. */
  json: string;
  promises: Shown[];
}

/** How often a single before/after run is shown: one alone could be lucky. */
const claimsShown = 3;

/** The four acts, on this terminal. Gives null when a person left. */
export async function playDemo(context: CliContext): Promise<DemoResult | null> {
  const say = (text: string): void => note(context, text);
  const target = await makeTarget();
  say(heading(1, 'a change that does nothing', `${target.title} in ${target.folder}; the change adds a comment: "30% faster!"`));
  const session = await openSession(context);
  try {
    const changed = await changeOfNothing(target);
    const claims: Claim[] = [];
    for (let n = 0; n < claimsShown; n++) claims.push(await timeOnce(target, changed));
    say(actOne(claims));
    const judged = await judge(context, { repo: target.folder, base: 'main', candidate: changed });
    if (judged.detached || judged.status === null) return null;
    const verdict = judgeResult(judged.status);
    say(`perfloop says: ${verdict.verdict}. ${verdict.reasons.map((reason) => reason.text).join(' ')}`);

    say(heading(2, 'the loop: profile, find, propose, prove', 'then 3: kill -9 of the worker in the middle of a trial, and 4: a cheat, and an approval that waits 15 s'));
    // Under a live view a line of text would only smear the screen.
    const announcements: string[] = [];
    const announce = (text: string): void => (context.stdout.isTTY && !context.json ? void announcements.push(text) : say(text));
    const over = new AbortController();
    let killing: Promise<Kill | null> = Promise.resolve(null);
    const watched = await run({ ...context, announcements }, {
      dir: target.folder,
      onStarted: (id) => {
        killing = killWorkerOnce(context, session, id, over.signal, announce);
      },
    });
    over.abort();
    const kill = await killing;
    if (watched.detached || watched.status === null) return null;
    const { status } = watched;
    const artifacts = artifactsOf(context.home);
    const { html, json } = await writeReport({ status, artifacts, folder: join(context.home.logs, status.run, 'report') });
    const repository = join(context.home.repos, `${status.target.id}.git`);
    const log = await gitIn(['log', '--oneline', '--no-decorate', `${target.base}..${watched.branch}`], { cwd: repository }).catch(() => '');
    return { target, claims, status, kill, log, report: resolve(html), json: await readFile(json, 'utf8'), promises: promises({ verdict: verdict.verdict, status, kill }) };
  } finally {
    await session.close();
  }
}

/** Plays the demo and prints how it ended; gives the exit code. */
export async function demo(context: CliContext): Promise<number> {
  const played = await playDemo(context);
  if (played === null) return exitCodes.refused;
  note(context, closing(played));
  if (context.json) context.stdout.write(played.json);
  return played.promises.every((promise) => promise.kept) ? exitCodes.ok : exitCodes.bug;
}
