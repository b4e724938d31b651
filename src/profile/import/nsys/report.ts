import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { PerfloopError } from '../../../core/errors.js';
import { programOutput } from '../../../measure/program-output.js';
import { needNsys, needQdstrmImporter } from '../../nsys-binaries.js';

/** Of .nsys-rep and its predecessor .qdrep. */
const reportHead = 'NVIDIA Tegra Profiler Report';
const recordingHead = 'NVIDIA Nsight Systems Stream';

/** What Nsight Systems' own file is: a report, or the recording that a report is made of; null: neither. */
export function nsysReportKind(head: Buffer): 'report' | 'recording' | null {
  const text = head.subarray(0, 64).toString('latin1');
  if (text.startsWith(reportHead)) return 'report';
  return text.includes(recordingHead) ? 'recording' : null;
}

/**
 * Has nsys write what a report or a recording holds to `sqlite`, which is fresh. Throws PL_NSYS_MISSING where it is not installed,
 * and PL_NSYS_FAILED with what it said: a report of a newer version than the one that is installed cannot be read.
 */
export async function exportReport(file: string, kind: 'report' | 'recording', sqlite: string): Promise<void> {
  const nsys = needNsys(file);
  const report = kind === 'report' ? file : `${sqlite}.nsys-rep`;
  try {
    if (kind === 'recording') await importRecording(nsys, file, report);
    // Payloads of NVTX, such as the sizes of NCCL's messages, are left out unless asked for, by versions that have them.
    const blobs = (await programOutput(nsys, ['export', '--help']))?.includes('--include-blobs') === true ? ['--include-blobs=true'] : [];
    await run(nsys, ['export', '--type=sqlite', '--force-overwrite=true', '--quiet=true', ...blobs, `--output=${sqlite}`, report], file);
    if (!existsSync(sqlite)) throw failed(nsys, file, 'it wrote nothing');
  } finally {
    if (report !== file) rmSync(report, { force: true });
  }
}

/** Has nsys' importer make a report of a recording, which Debian's nsys does not find itself. Throws PL_NSYS_MISSING and PL_NSYS_FAILED. */
export async function importRecording(nsys: string, recording: string, report: string): Promise<void> {
  await run(needQdstrmImporter(nsys, recording), ['--input-file', recording, '--output-file', report], recording);
}

async function run(program: string, args: string[], file: string): Promise<void> {
  try {
    await promisify(execFile)(program, args, { maxBuffer: 64 << 20 });
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw failed(program, file, `${stderr}\n${stdout}`, cause);
  }
}

const failed = (program: string, file: string, said: string, cause?: unknown): PerfloopError => new PerfloopError('PL_NSYS_FAILED', 'Nsight Systems cannot read its report.', {
  where: file,
  fix: `It may be cut off, or of a newer version than ${program}. Where it was recorded, run \`nsys export --type sqlite\` and bring the .sqlite.`,
  // Its progress is drawn with carriage returns.
  problems: said.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== '' && !/^(?:Exporting|Importing|Processing)\b.*%/.test(line)).slice(-5).map((line) => line.slice(0, 300)),
  cause,
});
