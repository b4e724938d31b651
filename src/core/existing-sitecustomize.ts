/**
 * Python source of `_existing(own)`, for a sitecustomize.py that stands in front of another on PYTHONPATH; `own` is its folder. A whole
 * function of its own; Python 3.7 and newer.
 */
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
