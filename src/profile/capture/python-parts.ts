/** Parts that the hooks of Python share. Each is a whole function of its own; Python 3.7 and newer. */

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
