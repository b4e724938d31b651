import { existingSource } from '../../core/existing-sitecustomize.js';

/**
 * `sitecustomize.py` of a folder put first on PYTHONPATH: notes which lines of the files named in PERFLOOP_LINES_OF (JSON, absolute)
 * are executed, in all threads, and writes `lines-<pid>-<time>.json` to PERFLOOP_LINES_TO at exit. `intact` is false where
 * something else has taken the tracing over. A sitecustomize that was there before still runs.
 */
export const pythonLinesSource = `${existingSource}
def _start():
    import os

    folder = os.environ.get("PERFLOOP_LINES_TO")
    if not folder:
        return
    import atexit
    import json
    import sys
    import threading
    import time

    wanted = set(json.loads(os.environ.get("PERFLOOP_LINES_OF", "[]")))
    found = {path: set() for path in wanted}
    known = {}
    loaded = set()

    def place(name):
        if name not in known:
            path = os.path.realpath(name)
            known[name] = path if path in wanted else None
        return known[name]

    def on_call(frame, event, argument):
        path = place(frame.f_code.co_filename)
        if path is None:
            return None
        loaded.add(path)
        lines = found[path]

        def on_line(frame, event, argument):
            if event == "line":
                lines.add(frame.f_lineno)
            return on_line

        lines.add(frame.f_lineno)
        return on_line

    def write():
        intact = sys.gettrace() is on_call
        sys.settrace(None)
        name = "lines-%d-%d.json" % (os.getpid(), time.monotonic_ns())
        path = os.path.join(folder, name)
        with open(path + ".part", "w") as file:
            json.dump({"intact": intact, "lines": {path: sorted(found[path]) for path in loaded}}, file)
        os.rename(path + ".part", path)

    atexit.register(write)
    threading.settrace(on_call)
    sys.settrace(on_call)


import os as _os

_existing(_os.path.dirname(_os.path.abspath(__file__)))
_start()
`;
