import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { writeReport, type WrittenReport } from '../../report/write-report.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import type { CliContext } from '../context.js';
import { show } from './show.js';

export interface ReportResult extends WrittenReport {
  run: string;
  /** Null when nobody asked for it. */
  opened: boolean | null;
}

/** Writes the report of a run, of what there is so far where it goes on; with `open` also shows it. */
export async function report(context: CliContext, options: { run: string; open: boolean; out?: string }): Promise<ReportResult> {
  const { status } = await show(context, options.run);
  const folder = options.out === undefined ? join(context.home.logs, status.run, 'report') : resolve(context.cwd, options.out);
  const extra = { repository: join(context.home.repos, `${status.target.id}.git`) };
  const written = await writeReport({ status, artifacts: artifactsOf(context.home), folder, extra });
  return { run: status.run, ...written, opened: options.open ? await openInBrowser(written.html, context.env) : null };
}

/** Whether there was something to open it with. */
async function openInBrowser(file: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const [program, args] = process.platform === 'darwin' ? (['open', [file]] as const) : process.platform === 'win32' ? (['explorer', [file]] as const) : (['xdg-open', [file]] as const);
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env });
  return await new Promise((settle) => {
    child.once('error', () => settle(false));
    child.once('spawn', () => {
      child.unref();
      settle(true);
    });
  });
}
