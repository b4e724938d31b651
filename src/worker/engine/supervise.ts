import type { Client } from '@temporalio/client';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { codecSettings } from '../codec/settings.js';
import { connectClient, plainSettings } from '../connection.js';
import { databaseRecord, recordDatabase } from './binary-version.js';
import { KeptChild, type ChildCommand } from './child.js';
import { hasWork, unusedFor } from './idle.js';
import { endLeftovers } from './leftovers.js';
import { boundLog, engineLog } from './logs.js';
import { currentBuild } from './package-paths.js';
import { choosePorts, type Ports } from './ports.js';
import { identify, type ProcessId } from './process.js';
import { answers, waitFor, workerPolls } from './readiness.js';
import { addressOf, localNamespace, prepareNamespace, serverCommand, uiUrlOf } from './server.js';
import { lastUse, readState, removeState, writeState, type EnginePart, type EngineState } from './state.js';
import { localWorkerEnvironment } from './worker-environment.js';

export interface SuperviseOptions {
  home: Home;
  /** The Temporal server. */
  binary: string;
  workerScript: string;
  workerArguments: string[];
  queuePrefix: string;
  idleMs: number;
}

const grace = { workerMs: 20_000, serverMs: 8_000 } as const;

/** Keeps a server and a worker alive and `engine.json` true. Holds the home's engine lock from outside. */
export class Supervisor {
  private readonly server: KeptChild;
  private readonly worker: KeptChild;
  private state: EngineState;
  private client: Client | null = null;
  private settling = new AbortController();
  private workerSince = 0;
  private silentTicks = 0;
  private ticker: NodeJS.Timeout | null = null;
  private stopping: Promise<void> | null = null;

  /** Ends what a killed supervisor left, then starts. */
  static async start(options: SuperviseOptions): Promise<Supervisor> {
    await endLeftovers(options.home);
    const self = await identify(process.pid);
    if (!self) throw new Error('the supervisor cannot see its own process');
    const supervisor = new Supervisor(options, self, await choosePorts(options.home, {}));
    supervisor.server.start();
    supervisor.ticker = setInterval(() => void supervisor.tick(), Math.min(Math.max(options.idleMs / 4, 50), 10_000));
    return supervisor;
  }

  private constructor(
    private readonly options: SuperviseOptions,
    self: ProcessId,
    private ports: Ports,
  ) {
    this.state = {
      v: 1,
      phase: 'starting-server',
      supervisor: self,
      server: null,
      worker: null,
      address: addressOf(ports),
      uiUrl: uiUrlOf(ports),
      namespace: localNamespace,
      build: currentBuild(),
      codecKeys: codecSettings(process.env).keys.map(({ id }) => id),
      binary: options.binary,
      startedAt: Date.now(),
      deaths: { server: 0, worker: 0 },
      problem: null,
    };
    this.server = new KeptChild(() => serverCommand(options.home, options.binary, this.ports), {
      onStart: (server) => {
        this.update({ server, phase: 'starting-server' });
        void this.settle();
      },
      onDeath: (how, deaths) => void this.serverDied(how, deaths),
    });
    this.worker = new KeptChild(() => this.workerCommand(), {
      onStart: (worker) => {
        this.workerSince = Date.now();
        this.update({ worker });
      },
      onDeath: (how, deaths) => {
        this.recordDeath('worker', how, deaths);
        if (this.state.phase === 'ready') this.update({ phase: 'starting-worker' });
        void this.settle();
      },
    });
    this.update({});
  }

  /** Drains the worker, then stops the server. */
  async stop(why: string): Promise<void> {
    this.stopping ??= this.stopParts(why);
    await this.stopping;
  }

  private async stopParts(why: string): Promise<void> {
    log(`stopping: ${why}`);
    if (this.ticker) clearInterval(this.ticker);
    this.settling.abort();
    this.update({ phase: 'stopping' });
    await this.worker.stop(grace.workerMs);
    await this.client?.connection.close();
    await this.server.stop(grace.serverMs);
    if (readState(this.options.home)?.supervisor.pid === process.pid) removeState(this.options.home);
    log('stopped');
  }

  /** Brings everything from where it is to ready; called again after each start of the server and each death of the worker. */
  private async settle(): Promise<void> {
    this.settling.abort();
    this.settling = new AbortController();
    const { signal } = this.settling;
    try {
      const client = await this.reachServer(signal);
      await prepareNamespace(client);
      signal.throwIfAborted();
      if (this.state.phase === 'starting-server') this.update({ phase: 'starting-worker' });
      this.worker.start();
      await waitFor(async () => await workerPolls(client, this.options.queuePrefix, this.workerSince), 25, signal);
      this.update({ phase: 'ready', problem: null });
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof PerfloopError ? error : new PerfloopError('PL_ENGINE_FAILED', error instanceof Error ? error.message : String(error));
      this.update({ problem: { ...problem.toJSON(), message: [problem.message, ...problem.problems].join('; ') } });
      setTimeout(() => {
        if (!signal.aborted) void this.settle();
      }, 1000);
    }
  }

  private async reachServer(signal: AbortSignal): Promise<Client> {
    const address = this.state.address;
    await waitFor(async () => await answers(address), 10, signal);
    // A fresh channel: an old one waits ever longer between its attempts to reconnect.
    const client = await connectClient(plainSettings(this.state, this.options.queuePrefix), { patienceMs: 30_000 });
    if (signal.aborted) {
      await client.connection.close();
      signal.throwIfAborted();
    }
    const before = this.client;
    this.client = client;
    await before?.connection.close();
    if (!databaseRecord(this.options.home)) {
      const { serverVersion } = await client.connection.workflowService.getSystemInfo({});
      if (serverVersion) recordDatabase(this.options.home, { server: serverVersion, binary: basename(this.options.binary) });
    }
    return client;
  }

  private workerCommand(): ChildCommand {
    const { home, workerScript, workerArguments } = this.options;
    // Its worker is of one build at a time: the next build of perfloop replaces the engine.
    const env = { ...localWorkerEnvironment(home, this.state, process.env), PERFLOOP_DEPLOYMENT: '', PERFLOOP_BUILD_ID: '' };
    return { file: process.execPath, args: [workerScript, ...workerArguments], env, cwd: home.root, log: engineLog(home, 'worker'), channel: true };
  }

  private async serverDied(how: string, deaths: number): Promise<void> {
    this.settling.abort();
    this.recordDeath('server', how, deaths);
    this.update({ phase: 'starting-server' });
    if (deaths < 2) return;
    // It may be unable to listen: then everything moves to free ports.
    const ports = await choosePorts(this.options.home, {});
    if (ports.server === this.ports.server && ports.ui === this.ports.ui) return;
    log(`port ${this.ports.server} or ${this.ports.ui} is taken by another process; moving to ${ports.server} and ${ports.ui}`);
    this.ports = ports;
    this.update({ address: addressOf(ports), uiUrl: uiUrlOf(ports) });
    await this.worker.stop(grace.workerMs);
  }

  private recordDeath(part: EnginePart, how: string, deaths: number): void {
    log(`the ${part} ended: ${how} (${deaths} in a row)`);
    this.update({ [part]: null, deaths: { ...this.state.deaths, [part]: deaths } });
  }

  private async tick(): Promise<void> {
    const { home, idleMs } = this.options;
    for (const name of ['supervisor', 'server', 'worker'] as const) boundLog(engineLog(home, name));
    if (readState(home)?.supervisor.pid !== process.pid) return await this.leave('its home was removed or taken over');
    if (this.state.phase === 'ready') await this.checkPulse();
    const seen = lastUse(home);
    if (this.stopping || !unusedFor(home, this.state.startedAt, idleMs)) return;
    const { phase } = this.state;
    if (phase === 'ready' && this.client && (await hasWork(this.client).catch(() => true))) return;
    this.update({ phase: 'stopping' });
    // A client that came just now saw `ready` before, or will see this: see touchEngine.
    if (lastUse(home) !== seen) this.update({ phase });
    else await this.leave('idle');
  }

  private async leave(why: string): Promise<void> {
    await this.stop(why);
    process.exit(0);
  }

  /** A server that lives and does not answer is as bad as a dead one. */
  private async checkPulse(): Promise<void> {
    const { client } = this;
    if (!client) return;
    try {
      await client.connection.withDeadline(Date.now() + 5000, () => client.connection.workflowService.getSystemInfo({}));
      this.silentTicks = 0;
    } catch {
      if (++this.silentTicks < 3 || this.stopping) return;
      this.silentTicks = 0;
      log('the server does not answer; killing it');
      this.server.kill();
    }
  }

  private update(change: Partial<EngineState>): void {
    if (this.state.phase === 'stopping' && this.stopping) delete change.phase;
    this.state = { ...this.state, ...change };
    try {
      if (existsSync(this.options.home.root)) writeState(this.options.home, this.state);
    } catch (error) {
      // A full disk must not take the server and the worker down.
      log(`cannot write ${this.options.home.engineFile}: ${String(error)}`);
    }
  }
}

export function log(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}
