import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { errorComment } from '../report/judge-comment.js';
import { makeFolder } from '../store/make-folder.js';
import { openCheckout } from '../workspace/checkout.js';
import { jsonText } from './json-text.js';
import type { CliContext } from './context.js';
import { outcomeOf } from './outcome.js';
import { unwritable } from './output-file.js';
import type { Watched } from './watch.js';

/** Where a judgement is told, besides the words on stdout. */
export interface JudgeOutput {
  /** A comment on stdout, in place of the words. */
  markdown?: boolean;
  jsonFile?: string;
  markdownFile?: string;
}

/**
 * Judges, and tells how it ended on stdout and in files, an error too: a CI job posts the comment whatever happened. Gives
 * the exit code. Throws PL_USAGE and PL_OUTPUT_UNWRITABLE before anything is started, else what the judgement throws.
 */
export async function tellJudgement(context: CliContext, repo: string, output: JudgeOutput, work: (context: CliContext) => Promise<Watched>): Promise<number> {
  const { markdown = false } = output;
  const [jsonFile, markdownFile] = [output.jsonFile, output.markdownFile].map((file) => (file === undefined ? null : resolve(context.cwd, file))) as [string | null, string | null];
  if (context.json && markdown) throw new PerfloopError('PL_USAGE', '--json and --markdown cannot both be on stdout', { where: 'perfloop judge', fix: 'Give one of them a file: --json-file FILE or --markdown-file FILE.' });
  if (jsonFile !== null && jsonFile === markdownFile) throw new PerfloopError('PL_USAGE', '--json-file and --markdown-file name one file', { where: jsonFile, fix: 'Name two.' });
  for (const file of [jsonFile, markdownFile]) if (file !== null) await assertWritable(file);

  const tell = async (json: unknown, comment: () => Promise<string>): Promise<void> => {
    if (jsonFile !== null) await writeOut(jsonFile, jsonText(json));
    if (markdownFile === null && !markdown) return;
    const text = await comment();
    if (markdownFile !== null) await writeOut(markdownFile, text);
    if (markdown) context.stdout.write(text);
  };
  try {
    const { code, json, words, comment } = await outcomeOf(context, await work({ ...context, stdoutIsTaken: context.json || markdown }));
    await tell(json, comment);
    if (!markdown) context.stdout.write(context.json ? jsonText(json) : `${words(context.style)}\n`);
    return code;
  } catch (error) {
    const told = error instanceof PerfloopError ? error : new PerfloopError('PL_BUG', `this is a bug of perfloop: ${error instanceof Error ? error.message : String(error)}`);
    if (told.code !== 'PL_OUTPUT_UNWRITABLE') await tell({ error: told.toJSON() }, async () => errorComment(told, await nameOf(resolve(context.cwd, repo))));
    throw error;
  }
}

/** The name that the target has unless a config names another. */
async function nameOf(dir: string): Promise<string> {
  return (await openCheckout(dir).catch(() => null))?.name ?? basename(dir);
}

/** Ten minutes of sampling are not to end at a folder that does not exist. */
async function assertWritable(file: string): Promise<void> {
  try {
    makeFolder(dirname(file));
    const found = await stat(file).catch(() => null);
    if (found?.isDirectory() === true) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    await access(found === null ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

async function writeOut(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}
