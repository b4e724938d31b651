"""Runs the old and the new code of a recipe on the same inputs and prints the inputs on which they differ, as JSON.

stdin: {"cases": [{"before": source, "after": source, "inputs": [Python expression of the argument list, ...]}]}
"""
import json
import sys


class Same:
    """Equal to its like, hashable."""

    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Same) and other.n == self.n

    def __hash__(self):
        return hash(("Same", self.n))

    def __repr__(self):
        return f"Same({self.n})"


NAMES = {"nan": float("nan"), "Same": Same}


def load(source):
    namespace = {"__name__": "case"}
    exec(compile(source, "<case>", "exec"), namespace)
    return namespace["f"]


def shape(value, seen=()):
    """A text in which types, order and shared parts show."""
    if isinstance(value, (list, tuple, set, frozenset, dict)) and id(value) in seen:
        return f"<again {seen.index(id(value))}>"
    if type(value) is list or type(value) is tuple:
        inner = seen + (id(value),)
        return f"{type(value).__name__}({', '.join(shape(item, inner) for item in value)})"
    if type(value) is dict:
        inner = seen + (id(value),)
        return f"dict({', '.join(shape(k, inner) + ': ' + shape(v, inner) for k, v in value.items())})"
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({sorted(map(repr, value))})"
    if hasattr(value, "__next__") or isinstance(value, memoryview):
        return type(value).__name__
    return f"{type(value).__name__} {value!r}"


def outcome(function, expression):
    args = eval(expression, dict(NAMES))
    try:
        returned = function(*args)
        if hasattr(returned, "__next__"):
            returned = list(returned)
        return ["returned", shape(returned), shape(args)]
    except Exception as error:
        return ["raised", type(error).__name__, str(error), shape(args)]


def main():
    differences = []
    fired = 0
    for number, case in enumerate(json.load(sys.stdin)["cases"]):
        before, after = load(case["before"]), load(case["after"])
        for expression in case["inputs"]:
            old, new = outcome(before, expression), outcome(after, expression)
            fired += old[0] == "returned"
            if old != new:
                differences.append({"case": number, "input": expression, "before": old, "after": new})
    json.dump({"differences": differences[:5], "returned": fired}, sys.stdout)


main()
