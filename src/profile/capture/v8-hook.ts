/**
 * Loaded into every Node process of the profiled command by `NODE_OPTIONS=--require`, because `--cpu-prof` is refused in
 * NODE_OPTIONS by Node 20. CommonJS and Node 12 syntax: the target's Node is not ours. Writes
 * `<pid>.<thread>.<time>.cpuprofile` at exit, also after process.exit, an uncaught exception, a worker's terminate() and a
 * signal that the program does not handle itself. With PERFLOOP_PROFILE_STOP a thread beside the program starts the profile after
 * the delay and ends it after the duration, or when that file comes to be. Lost: SIGKILL, process.abort, and workers alive when process.exit is called.
 */
export const v8HookSource = `'use strict';
(() => {
  const folder = process.env.PERFLOOP_PROFILE_DIR;
  if (!folder) return;
  const fs = require('fs');
  const path = require('path');
  const workers = require('worker_threads');

  let script = process.argv[1] || '';
  try { script = fs.realpathSync(script); } catch (_) { /* -e, or a script that does not exist: Node will say so */ }
  const inTarget = script.startsWith((process.env.PERFLOOP_PROFILE_ROOT || '') + path.sep) && !/[\\\\/](node_modules|\\.yarn)[\\\\/]/.test(script);
  const isPackageManager = /^(npm|npx|pnpm|pnpx|yarn|corepack)([-.\\d][^\\\\/]*)?$/.test(path.basename(script));
  if (isPackageManager && !inTarget) return;

  const { Session } = require('inspector');
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: Number(process.env.PERFLOOP_PROFILE_INTERVAL_US) || 500 });

  let begun = false;
  let written = false;
  // Ways to let signals end a process whose profile is written.
  const mortal = [];
  const begin = () => {
    if (begun || written) return;
    begun = true;
    session.post('Profiler.start');
  };
  const write = () => {
    if (written) return;
    written = true;
    if (!begun) return;
    session.post('Profiler.stop', (error, result) => {
      if (error) return;
      const profile = result.profile;
      profile.perfloop = { pid: process.pid, thread: workers.threadId, script: path.basename(script), node: process.version };
      const file = path.join(folder, [process.pid, workers.threadId, Date.now()].join('.') + '.cpuprofile');
      try {
        fs.writeFileSync(file + '.part', JSON.stringify(profile));
        fs.renameSync(file + '.part', file);
      } catch (problem) {
        process.stderr.write('perfloop: the profile could not be written: ' + problem.message + '\\n');
      }
    });
  };
  process.once('exit', write);

  const delayMs = Number(process.env.PERFLOOP_PROFILE_DELAY_MS) || 0;
  const durationMs = Number(process.env.PERFLOOP_PROFILE_DURATION_MS) || 0;
  const stopFile = process.env.PERFLOOP_PROFILE_STOP;
  // Timers and signals wait for a program that is busy; another thread can interrupt it.
  if (stopFile && workers.isMainThread && Session.prototype.connectToMainThread) {
    process[Symbol.for('perfloop.profile')] = { begin, write: () => { write(); for (const one of mortal) one(); } };
    const watcher = new workers.Worker('(' + watch + ')()', { eval: true, env: {}, execArgv: [], workerData: { delayMs, durationMs, stopFile } });
    watcher.on('error', () => { /* Ended with the process. */ });
    watcher.unref();
  }
  function watch() {
    const { workerData: { delayMs, durationMs, stopFile } } = require('worker_threads');
    const { Session } = require('inspector');
    const call = (name) => {
      // Node says that it waits for a session that is still open when the process ends.
      const session = new Session();
      session.connectToMainThread();
      session.post('Runtime.evaluate', { expression: 'process[Symbol.for("perfloop.profile")].' + name + '()' }, () => session.disconnect());
    };
    const end = () => { clearInterval(looking); call('write'); };
    if (delayMs > 0) setTimeout(call, delayMs, 'begin');
    const looking = setInterval(() => { if (require('fs').existsSync(stopFile)) end(); }, 200);
    if (durationMs > 0) setTimeout(end, delayMs + durationMs);
  }
  if (delayMs === 0 || !workers.isMainThread) begin();

  const channelName = (id) => 'perfloop-profile-' + process.pid + '-' + id;
  if (!workers.isMainThread) {
    if (typeof workers.BroadcastChannel !== 'function') return;
    const channel = new workers.BroadcastChannel(channelName(workers.threadId));
    channel.onmessage = (event) => { if (event.data === 'write') { write(); channel.postMessage('written'); } };
    channel.unref();
    return;
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    const last = () => {
      if (process.listenerCount(signal) > 1) return;
      write();
      process.removeListener(signal, last);
      process.kill(process.pid, signal);
    };
    process.on(signal, last);
    mortal.push(() => process.removeListener(signal, last));
  }

  if (typeof workers.BroadcastChannel !== 'function') return;
  const terminate = workers.Worker.prototype.terminate;
  workers.Worker.prototype.terminate = function (...rest) {
    if (this.threadId < 0) return terminate.apply(this, rest);
    const channel = new workers.BroadcastChannel(channelName(this.threadId));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 2000);
      channel.onmessage = (event) => { if (event.data === 'written') { clearTimeout(timer); resolve(); } };
      this.once('exit', () => { clearTimeout(timer); resolve(); });
      channel.postMessage('write');
    }).then(() => { channel.close(); return terminate.apply(this, rest); });
  };
})();
`;
