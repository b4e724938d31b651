"""Runs programs before and after a recipe, both from the same seed, and prints how their results differ, as JSON.

stdin:  {"cases": [{"name", "before": {file: source}, "after": {file: source}, "run": Python that sets `result`}]}
stdout: {name: {"before", "after", "difference"}}; difference is the largest relative one of numbers, null where shapes
        or texts differ. What a program prints is a part of its result.
"""
import contextlib
import importlib
import io
import json
import math
import os
import random
import sys
import tempfile

import torch

torch.set_num_threads(1)


def plain(value):
    """Numbers, texts, lists and dicts of a result, tensors with their type."""
    if torch.is_tensor(value):
        return ["tensor", str(value.dtype), list(value.shape), value.detach().double().flatten().tolist()]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(plain, value)]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


def difference(a, b):
    """Largest relative difference of numbers; None where anything else differs."""
    if isinstance(a, float) and isinstance(b, float):
        if a == b or (math.isnan(a) and math.isnan(b)):
            return 0.0
        return abs(a - b) / max(abs(a), abs(b))
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        return largest(difference(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return largest(map(difference, a, b))
    return 0.0 if type(a) is type(b) and a == b else None


def largest(differences):
    found = list(differences)
    return None if None in found else max(found, default=0.0)


def run(files, code):
    with tempfile.TemporaryDirectory() as folder:
        for name, source in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(source)
        modules = set(sys.modules)
        sys.path.insert(0, folder)
        here = os.getcwd()
        os.chdir(folder)
        printed = io.StringIO()
        try:
            importlib.invalidate_caches()
            torch.manual_seed(7)
            random.seed(7)
            names = {"torch": torch}
            with contextlib.redirect_stdout(printed):
                exec(code, names)
            return {"result": plain(names.get("result")), "printed": printed.getvalue()}
        except Exception as error:  # a program that fails is a result too
            return {"error": f"{type(error).__name__}: {error}"}
        finally:
            os.chdir(here)
            sys.path.remove(folder)
            for name in set(sys.modules) - modules:
                if (getattr(sys.modules[name], "__file__", None) or "").startswith(folder):
                    del sys.modules[name]


def main():
    outcomes = {}
    for case in json.load(sys.stdin)["cases"]:
        before, after = run(case["before"], case["run"]), run(case["after"], case["run"])
        # A program that fails both times would compare nothing.
        found = None if "error" in before or "error" in after else difference(before, after)
        outcomes[case["name"]] = {"before": before, "after": after, "difference": found}
    json.dump(outcomes, sys.stdout)


main()
