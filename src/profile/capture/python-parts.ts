/** Parts that the hooks of Python share. Each is a whole function of its own; Python 3.7 and newer. */

/** `_existing(own)`: own is the folder of the hook. */
export const existingSource = `def _existing(own):
    """Runs the sitecustomize that this one stands in front of."""
    import importlib.machinery
    import importlib.util
    import os
    import sys

    here = os.path.realpath(own)
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)

`;

/** `_later(seconds, call)`: by a pending call of the interpreter, since a program may have a use for every signal. */
export const laterSource = `
def _later(seconds, call):
    """Calls it in the main thread, also when that is busy."""
    import ctypes
    import threading

    def pending(_):
        call()
        return 0

    _later.kept = getattr(_later, "kept", []) + [ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(pending)]
    timer = threading.Timer(seconds, ctypes.pythonapi.Py_AddPendingCall, (_later.kept[-1], None))
    timer.daemon = True
    timer.start()
`;

/** The last lines of a hook. */
export const startSource = `
import os as _os

try:
    _existing(_os.path.dirname(_os.path.abspath(__file__)))
finally:
    _start()
`;
