"""Runs a program and patched versions of it with equal seeds, and compares what its check observes.

    python3 harness.py CHECK ORIGINAL PATCHED...

CHECK is a module with `observe()`, which imports the program from the working directory and returns numbers, texts,
tensors, and lists and dicts of them; and with `TOLERANCE`, relative and absolute. The last line of stdout is a JSON list
with an object for each PATCHED: {"same": true}, or {"same": false, "how": ...}. Exit code 1 when the original itself
fails or does not repeat.
"""
import importlib.util
import json
import math
import os
import pickle
import random
import sys
import traceback

# A check leaves nothing beside the programs.
sys.dont_write_bytecode = True

import numpy
import torch

import newer_torch

SEED = 1234


def observe_in(folder, check):
    """What the check observes in the folder, in a process of its own. Raises RuntimeError with the last line of an error."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        code = 1
        try:
            answer = ("value", plain(observe(folder, check)))
            code = 0
        except BaseException as error:
            answer = ("error", "".join(traceback.format_exception_only(type(error), error)).strip().split("\n")[-1])
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    if not data:
        raise RuntimeError("the process died")
    kind, value = pickle.loads(data)
    if kind == "error":
        raise RuntimeError(value)
    return value


def observe(folder, check):
    os.chdir(folder)
    sys.path.insert(0, folder)
    # What a program prints must not mix with the result.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    torch.set_num_threads(1)
    newer_torch.provide()
    random.seed(SEED)
    numpy.random.seed(SEED)
    torch.manual_seed(SEED)
    module = load(check)
    return module.observe()


def load(path):
    spec = importlib.util.spec_from_file_location("check", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(value):
    """Tensors and arrays as lists; anything else that is no plain value is an error of the check."""
    if isinstance(value, torch.Tensor):
        return plain(value.detach().cpu().double().tolist() if value.is_floating_point() else value.detach().cpu().tolist())
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError("observe() returned a " + type(value).__name__)


def difference(a, b, tolerance, where="result"):
    """Words for the first difference; None when there is none."""
    if isinstance(a, dict) and isinstance(b, dict):
        if list(a) != list(b):
            return f"{where} has {list(b)}, not {list(a)}"
        return first(difference(a[key], b[key], tolerance, f"{where}.{key}") for key in a)
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return f"{where} has {len(b)} values, not {len(a)}"
        return first(difference(x, y, tolerance, f"{where}[{index}]") for index, (x, y) in enumerate(zip(a, b)))
    if isinstance(a, float) and isinstance(b, float):
        close = math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance) or (math.isnan(a) and math.isnan(b))
        return None if close else f"{where} is {b:.6g}, not {a:.6g}"
    return None if type(a) is type(b) and a == b else f"{where} is {b!r}, not {a!r}"


def first(differences):
    return next((one for one in differences if one is not None), None)


def main():
    check, original, *patched = map(os.path.abspath, sys.argv[1:])
    tolerance = load(check).TOLERANCE
    expected = observe_in(original, check)
    unsteady = difference(expected, observe_in(original, check), tolerance)
    if unsteady is not None:
        sys.exit(f"the original does not repeat: {unsteady}")
    results = []
    for folder in patched:
        try:
            how = difference(expected, observe_in(folder, check), tolerance)
        except RuntimeError as error:
            how = str(error)
        results.append({"same": True} if how is None else {"same": False, "how": how[:300]})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
