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

/**
 * `_end_well(running, finish)`: a SIGTERM that the program does not handle itself ends it once `finish` has written what there is. A
 * pool ends workers that are about to leave by themselves, too: while `running["writing"]`, the signal waits, and `finish` calls
 * `_die(running["signal"])` in the end.
 */
export const signalSource = `
def _die(number):
    import os
    import signal

    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _end_well(running, finish):
    import signal

    def terminated(number, frame):
        if running.get("writing"):
            running["signal"] = number
            return
        finish()
        _die(number)

    try:
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, terminated)
    except ValueError:
        pass  # Not the main interpreter: it gets no signals.
`;

/** The last lines of a hook. */
export const startSource = `
import os as _os

try:
    _existing(_os.path.dirname(_os.path.abspath(__file__)))
finally:
    _start()
`;
