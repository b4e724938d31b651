import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PerfloopError } from '../../../src/core/errors.js';
import { homeFrom, type Home } from '../../../src/store/home.js';
import { findBinary } from '../../../src/worker/engine/binary.js';
import { databaseRecord, recordDatabase } from '../../../src/worker/engine/binary-version.js';
import { tryLock } from '../../../src/worker/engine/lock.js';

let root: string;
let home: Home;
/** Nothing is found from here: no cache, no PATH, no download. */
let nowhere: NodeJS.ProcessEnv;
const said: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perfloop-binary-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  home = homeFrom({ PERFLOOP_HOME: join(root, 'home') });
  nowhere = { HOME: join(root, 'user'), PATH: '', PERFLOOP_TEMPORAL_DOWNLOAD: 'off' };
  said.length = 0;
});

const find = async (env: NodeJS.ProcessEnv) => await findBinary({ home, env, onProgress: ({ text }) => said.push(text) });

async function refusal(env: NodeJS.ProcessEnv): Promise<PerfloopError> {
  try {
    await find(env);
  } catch (error) {
    if (error instanceof PerfloopError) return error;
    throw error;
  }
  throw new Error('it found one');
}

/** An executable that tells its version as the Temporal CLI does. */
function cli(path: string, server = '1.29.1'): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "temporal version 1.5.1 (Server ${server}, UI 2.42.1)"\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the Temporal server is looked for', () => {
  it('where the setting says, and nowhere else', async () => {
    const path = cli(join(root, 'set', 'temporal'));
    expect(await find({ ...nowhere, PERFLOOP_TEMPORAL_BIN: path })).toEqual({ path, source: 'setting' });
    cli(join(home.temporal, 'bin', 'temporal-1.5.1'));
    expect(await refusal({ ...nowhere, PERFLOOP_TEMPORAL_BIN: '/bin/echo' })).toMatchObject({ code: 'PL_TEMPORAL_BINARY', where: 'PERFLOOP_TEMPORAL_BIN=/bin/echo' });
    expect(await refusal({ ...nowhere, PERFLOOP_TEMPORAL_BIN: join(root, 'absent') })).toMatchObject({ code: 'PL_TEMPORAL_BINARY' });
  });

  it("in the home's cache, then in the default home's", async () => {
    const theirs = cli(join(root, 'user', '.perfloop', 'temporal', 'bin', 'temporal-1.5.1'));
    expect(await find(nowhere)).toEqual({ path: theirs, source: 'home' });
    const own = cli(join(home.temporal, 'bin', 'temporal-1.5.1'));
    expect(await find(nowhere)).toEqual({ path: own, source: 'home' });
  });

  it('on PATH, and a copy is kept for the database', async () => {
    const installed = cli(join(root, 'bin', 'temporal'));
    mkdirSync(join(home.temporal, 'bin'), { recursive: true });
    // The interpreter of the stand-in is found by its absolute path.
    const found = await find({ ...nowhere, PATH: ['', join(root, 'empty'), dirname(installed)].join(delimiter) });
    expect(found).toEqual({ path: join(home.temporal, 'bin', 'temporal-1.5.1'), source: 'path' });
    expect(readFileSync(found.path)).toEqual(readFileSync(installed));
  });

  it('on the download site, and what came is kept for the next time', async () => {
    const folder = join(root, 'release');
    cli(join(folder, 'temporal'));
    const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'temporal']);
    const asked: string[] = [];
    const site = await serve((url) => {
      asked.push(url);
      return archive;
    });
    const kept = join(home.temporal, 'bin', 'temporal-1.5.1');
    expect(await find({ ...nowhere, PERFLOOP_TEMPORAL_DOWNLOAD: site })).toEqual({ path: kept, source: 'download' });
    expect(asked).toEqual([expect.stringMatching(/^\/cli\/archive\/v1\.5\.1\?platform=(linux|darwin)&arch=(amd64|arm64)$/)]);
    expect(said[0]).toMatch(/^Downloading the Temporal server 1\.5\.1/);
    expect(await find(nowhere)).toEqual({ path: kept, source: 'home' });
    expect(readdirSync(join(home.temporal, 'bin'))).toEqual(['temporal-1.5.1']);
  });

  it('by building it with Go, in a folder that is gone afterwards', async () => {
    const go = join(root, 'go', 'go');
    mkdirSync(dirname(go));
    // Stands for the Go command at its edge: writes the program where GOBIN says, as `go install` does.
    writeFileSync(go, `#!/bin/sh\n[ "$1 $2 $3" = "install -v github.com/temporalio/cli/cmd/temporal@v1.5.1" ] || exit 1\nprintf '#!/bin/sh\\necho "temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)"\\n' > "$GOBIN/temporal"\n/bin/chmod 755 "$GOBIN/temporal"\n`);
    chmodSync(go, 0o755);
    expect(await find({ ...nowhere, PATH: dirname(go) })).toEqual({ path: join(home.temporal, 'bin', 'temporal-1.5.1'), source: 'build' });
    expect(said[0]).toMatch(/about 4 minutes, once/);
    expect(readdirSync(join(home.temporal, 'bin'))).toEqual(['temporal-1.5.1']);
  });

  it('by one process at a time: a second one waits, says so, and takes what the first made', async () => {
    const file = join(home.locks, 'temporal-binary.lock');
    const first = tryLock(file);
    const second = find(nowhere);
    await expect.poll(() => said).toContain('Waiting for another perfloop that is getting the Temporal server');
    const made = cli(join(home.temporal, 'bin', 'temporal-1.5.1'));
    first?.release();
    expect(await second).toEqual({ path: made, source: 'home' });
  });
});

describe('where there is none', () => {
  it('says the five remedies in one error, each with what was wrong', async () => {
    const error = await refusal(nowhere);
    expect(error).toMatchObject({ code: 'PL_NO_TEMPORAL_SERVER', where: home.temporal });
    expect(error.problems).toHaveLength(5);
    const words = ['PERFLOOP_TEMPORAL_BIN', join(home.temporal, 'bin', 'temporal-1.5.1'), 'no `temporal` on PATH', 'PERFLOOP_TEMPORAL_DOWNLOAD=off', 'no `go` on PATH'];
    for (const [index, word] of words.entries()) expect(error.problems[index]).toContain(word);
  });

  it('tells what the download site answered', async () => {
    const site = await serve(() => null);
    expect((await refusal({ ...nowhere, PERFLOOP_TEMPORAL_DOWNLOAD: site })).problems[3]).toContain('answers 404');
    expect((await refusal({ ...nowhere, PERFLOOP_TEMPORAL_DOWNLOAD: 'http://127.0.0.1:9' })).problems[3]).toMatch(/fetch failed/);
  });

  it('keeps nothing of a download that does not run', async () => {
    const folder = join(root, 'release');
    mkdirSync(folder);
    writeFileSync(join(folder, 'temporal'), 'half a program', { mode: 0o755 });
    const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'temporal']);
    expect((await refusal({ ...nowhere, PERFLOOP_TEMPORAL_DOWNLOAD: await serve(() => archive) })).problems[3]).toContain('--version');
    expect(readdirSync(join(home.temporal, 'bin'))).toEqual([]);
  });

  it('tells what Go said', async () => {
    const go = join(root, 'go', 'go');
    mkdirSync(dirname(go));
    writeFileSync(go, '#!/bin/sh\necho "go: module lookup disabled by GOPROXY=off" >&2\nexit 1\n', { mode: 0o755 });
    expect((await refusal({ ...nowhere, PATH: dirname(go) })).problems[4]).toContain('module lookup disabled');
  });
});

describe('a database', () => {
  it('stays with the server version that made it', async () => {
    recordDatabase(home, { server: '1.28.0', binary: 'temporal-1.4.0' });
    cli(join(home.temporal, 'bin', 'temporal-1.5.1'), '1.29.1');
    const error = await refusal(nowhere);
    expect(error.problems[1]).toContain('temporal-1.5.1 holds server 1.29.1, and the database was made by 1.28.0');
    expect(await refusal({ ...nowhere, PERFLOOP_TEMPORAL_BIN: cli(join(root, 'new'), '1.29.1') })).toMatchObject({ code: 'PL_TEMPORAL_BINARY' });
    const old = cli(join(home.temporal, 'bin', 'temporal-1.4.0'), '1.28.0');
    expect(await find(nowhere)).toEqual({ path: old, source: 'home' });
    expect(databaseRecord(home)).toEqual({ server: '1.28.0', binary: 'temporal-1.4.0' });
  });

  it('is served by any binary of that version', async () => {
    recordDatabase(home, { server: '1.29.1', binary: 'temporal' });
    const path = cli(join(home.temporal, 'bin', 'temporal-1.5.1'), '1.29.1');
    expect(await find(nowhere)).toEqual({ path, source: 'home' });
    expect(existsSync(join(home.temporal, 'bin', 'temporal'))).toBe(false);
  });
});

/** A download site for one test; null is answered with 404. */
async function serve(answer: (url: string) => Buffer | null): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body ? 200 : 404, body ? { 'content-length': body.length } : {}).end(body ?? undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}
