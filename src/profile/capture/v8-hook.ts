/**
 * Loaded into every Node process of the profiled command by `NODE_OPTIONS=--require`, because `--cpu-prof` is refused in
 * NODE_OPTIONS by Node 20. CommonJS and Node 12 syntax: the target's Node is not ours. Writes
 * `<pid>.<thread>.<time>.cpuprofile` at exit, also after process.exit, an uncaught exception, a worker's terminate() and a
 * signal that the program does not handle itself. Lost: SIGKILL, process.abort, and workers alive when process.exit is called.
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
  session.post('Profiler.start');

  let written = false;
  const write = () => {
    if (written) return;
    written = true;
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

  const channelName = (id) => 'perfloop-profile-' + process.pid + '-' + id;
  if (!workers.isMainThread) {
    if (typeof workers.BroadcastChannel !== 'function') return;
    const channel = new workers.BroadcastChannel(channelName(workers.threadId));
    channel.onmessage = (event) => { if (event.data === 'write') { write(); channel.postMessage('written'); } };
    channel.unref();
    return;
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, function last() {
      if (process.listenerCount(signal) > 1) return;
      write();
      process.removeListener(signal, last);
      process.kill(process.pid, signal);
    });
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
