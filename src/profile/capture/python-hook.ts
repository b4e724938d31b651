import { existingSource } from '../../core/existing-sitecustomize.js';
import { laterSource, signalSource, startSource } from './python-parts.js';

/**
 * `sitecustomize.py` of a folder put first on PYTHONPATH: runs cProfile in every Python process of the profiled command and
 * writes `<pid>.<start us>.<duration us>.pstats` at exit. A sitecustomize that was there before still runs. Python 3.7 and
 * newer. Before 3.12 each thread of `threading` has a profiler of its own, and their numbers are added up. Since 3.12 one profiler
 * sees all threads on one stack: what runs by itself is right, who called it is not where threads took turns, which is said.
 * Lost: `os._exit`, `os.exec*`, SIGKILL, interpreters started with -I, -E or -S; threads of `_thread`, those before the delay.
 */
export const pythonHookSource = `${existingSource}
${laterSource}
${signalSource}

def _start():
    import os

    folder = os.environ.get("PERFLOOP_PROFILE_DIR")
    if not folder:
        return
    import atexit
    import cProfile
    import marshal
    import sys
    import threading
    import time

    own = _start.__code__.co_filename
    cwd = os.getcwd()
    running = {}
    # Profilers of threads: all of them, and those whose thread has ended, which serve the next one.
    threads = {"all": [], "free": [], "seen": False}
    is_shared = sys.version_info >= (3, 12)
    bootstrap = threading.Thread._bootstrap_inner

    def begin():
        running.update(profiler=cProfile.Profile(), pid=os.getpid(), started=time.monotonic())
        running["profiler"].enable()

    def in_thread(self):
        if "profiler" not in running:
            return bootstrap(self)
        threads["seen"] = True
        if is_shared:
            return bootstrap(self)
        try:
            profiler = threads["free"].pop()
        except IndexError:
            profiler = cProfile.Profile()
            threads["all"].append(profiler)
        free = threads["free"]
        profiler.enable()
        try:
            bootstrap(self)
        finally:
            profiler.disable()
            free.append(profiler)

    def absolute(key):
        name = key[0]
        if name == "~" or name.startswith("<") or os.path.isabs(name):
            return key
        path = os.path.join(cwd, name)
        return (path,) + tuple(key[1:]) if os.path.exists(path) else key

    def dump():
        # A signal may come between any two calls: from here on it waits for the end.
        running["writing"] = True
        profiler = running.pop("profiler", None)
        try:
            if profiler is not None and running["pid"] == os.getpid():
                write(profiler)
        finally:
            running["writing"] = False
        if "signal" in running:
            _die(running["signal"])

    def add(part, stats):
        for key, (*numbers, callers) in part.items():
            if key[0] == own:
                continue
            known, edges = stats.get(absolute(key), ((0, 0, 0, 0), {}))
            for caller, edge in callers.items():
                if caller[0] != own:
                    edges[absolute(caller)] = summed(edges.get(absolute(caller), (0, 0, 0, 0)), edge)
            stats[absolute(key)] = summed(known, numbers), edges

    def summed(one, other):
        return tuple(a + b for a, b in zip(one, other))

    def write(profiler):
        profiler.disable()
        took = time.monotonic() - running["started"]
        stats = {}
        for one in [profiler] + threads["all"]:
            one.create_stats()
            add(one.stats, stats)
        if is_shared and threads["seen"]:
            sys.stderr.write("perfloop: cProfile of Python 3.12 and newer has one stack for all threads: callers and total times are mixed up where threads took turns; --kind pyspy keeps threads apart\\n")
        name = "%d.%d.%d.pstats" % (running["pid"], running["started"] * 1e6, took * 1e6)
        target = os.path.join(folder, name)
        try:
            with open(target + ".part", "wb") as file:
                marshal.dump({key: (*numbers, edges) for key, (numbers, edges) in stats.items()}, file)
            os.rename(target + ".part", target)
        except OSError as problem:
            sys.stderr.write("perfloop: the profile could not be written: %s\\n" % problem)

    def forked():
        profiler = running.pop("profiler", None)
        if profiler is None:
            return
        profiler.disable()
        # The threads stayed with the parent.
        threads.update(all=[], free=[], seen=False)
        # multiprocessing forgets finalizers in the child and leaves with os._exit: ask again once it has forgotten.
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            util.register_after_fork(dump, lambda _: util.Finalize(None, dump, exitpriority=-100))
        begin()

    threading.Thread._bootstrap_inner = in_thread
    atexit.register(dump)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
    _end_well(running, dump)
    delay = float(os.environ.get("PERFLOOP_PROFILE_DELAY_MS") or 0) / 1000
    if delay > 0:
        _later(delay, begin)
    else:
        begin()

${startSource}`;
