import { existingSource, laterSource, startSource } from './python-parts.js';

/**
 * `sitecustomize.py` of a folder put first on PYTHONPATH: runs cProfile in every Python process of the profiled command and
 * writes `<pid>.<start us>.<duration us>.pstats` at exit. A sitecustomize that was there before still runs. Python 3.7 and
 * newer. Lost: `os._exit`, `os.exec*`, SIGKILL, interpreters started with -I, -E or -S; before 3.12, threads but the main one.
 */
export const pythonHookSource = `${existingSource}
${laterSource}

def _start():
    import os

    folder = os.environ.get("PERFLOOP_PROFILE_DIR")
    if not folder:
        return
    import atexit
    import cProfile
    import marshal
    import signal
    import sys
    import time

    own = _start.__code__.co_filename
    cwd = os.getcwd()
    running = {}

    def begin():
        running.update(profiler=cProfile.Profile(), pid=os.getpid(), started=time.monotonic())
        running["profiler"].enable()

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
            die(running["signal"])

    def write(profiler):
        profiler.disable()
        took = time.monotonic() - running["started"]
        profiler.create_stats()
        stats = {}
        for key, (cc, nc, tt, ct, callers) in profiler.stats.items():
            if key[0] != own:
                stats[absolute(key)] = (cc, nc, tt, ct, {absolute(caller): edge for caller, edge in callers.items() if caller[0] != own})
        name = "%d.%d.%d.pstats" % (running["pid"], running["started"] * 1e6, took * 1e6)
        target = os.path.join(folder, name)
        try:
            with open(target + ".part", "wb") as file:
                marshal.dump(stats, file)
            os.rename(target + ".part", target)
        except OSError as problem:
            sys.stderr.write("perfloop: the profile could not be written: %s\\n" % problem)

    def forked():
        profiler = running.pop("profiler", None)
        if profiler is None:
            return
        profiler.disable()
        # multiprocessing forgets finalizers in the child and leaves with os._exit: ask again once it has forgotten.
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            util.register_after_fork(dump, lambda _: util.Finalize(None, dump, exitpriority=-100))
        begin()

    def terminated(number, frame):
        # A pool ends workers that are about to leave by themselves, too.
        if running.get("writing"):
            running["signal"] = number
            return
        dump()
        die(number)

    def die(number):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    atexit.register(dump)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
    try:
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, terminated)
    except ValueError:
        pass  # Not the main interpreter: it gets no signals.
    delay = float(os.environ.get("PERFLOOP_PROFILE_DELAY_MS") or 0) / 1000
    if delay > 0:
        _later(delay, begin)
    else:
        begin()

${startSource}`;
