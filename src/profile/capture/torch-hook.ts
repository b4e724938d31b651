import { existingSource } from '../../core/existing-sitecustomize.js';
import { laterSource, signalSource, startSource } from './python-parts.js';

/**
 * `sitecustomize.py` that starts torch.profiler around a program that imports torch, and writes `<pid>.<rank>.trace.json.gz`
 * when the window ends or the process does. The window: a delay and a duration, or steps of the optimizer, counted from 0.
 * Python 3.7 and torch 1.9 or newer. Lost: as with cProfile; what worker processes of a DataLoader do that are forked.
 */
export const torchHookSource = `${existingSource}
${laterSource}
${signalSource}

def _start():
    import os

    folder = os.environ.get("PERFLOOP_PROFILE_DIR")
    if not folder:
        return
    import importlib.util
    import sys

    def number(name):
        return float(os.environ.get("PERFLOOP_PROFILE_" + name) or 0) / 1000

    delay, duration = number("DELAY_MS"), number("DURATION_MS")
    steps = os.environ.get("PERFLOOP_PROFILE_RANGE", "")
    running = {"pid": os.getpid()}

    def begin():
        if "profiler" in running or "ended" in running:
            return
        import torch.profiler

        profiler = torch.profiler.profile(activities=torch.profiler.supported_activities())
        profiler.start()
        running["profiler"] = profiler
        if duration > 0:
            _later(duration, end)

    def end():
        profiler = running.pop("profiler", None)
        if profiler is None or running["pid"] != os.getpid():
            return
        running["ended"] = running["writing"] = True
        try:
            profiler.stop()
            rank = os.environ.get("RANK") or "0"
            part = os.path.join(folder, "part-%d.json.gz" % os.getpid())
            profiler.export_chrome_trace(part)
            os.rename(part, os.path.join(folder, "%d.%s.trace.json.gz" % (os.getpid(), "".join(c for c in rank if c.isdigit()))))
        except Exception as problem:
            sys.stderr.write("perfloop: the trace could not be written: %s\\n" % problem)
        finally:
            running["writing"] = False
        if "signal" in running:
            _die(running["signal"])

    def count_steps(first, last):
        import torch.optim

        seen = {"steps": 0}
        plain = torch.optim.Optimizer.__init__

        def counted(step):
            def stepping(*args, **kwargs):
                result = step(*args, **kwargs)
                seen["steps"] += 1
                if seen["steps"] == first:
                    begin()
                if seen["steps"] == last + 1:
                    end()
                return result

            return stepping

        def init(self, *args, **kwargs):
            plain(self, *args, **kwargs)
            self.step = counted(self.step)

        torch.optim.Optimizer.__init__ = init
        if first == 0:
            begin()

    def loaded():
        import atexit

        # After torch's own: what is registered last is called first.
        atexit.register(end)
        begun = os.environ.get("PERFLOOP_PROFILE_BEGUN")
        if begun:
            open(begun, "w").close()
        if steps.startswith("steps:"):
            first, last = steps[6:].split("-")
            count_steps(int(first), int(last))
        elif delay > 0:
            _later(delay, begin)
        else:
            begin()

    class Finder:
        """Sees torch being imported, once."""

        def find_spec(self, name, path=None, target=None):
            if name != "torch":
                return None
            sys.meta_path.remove(self)
            spec = importlib.util.find_spec("torch")
            if spec is None or spec.loader is None:
                return spec
            run = spec.loader.exec_module

            def exec_module(module):
                run(module)
                loaded()

            spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Finder())
    _end_well(running, end)

${startSource}`;
