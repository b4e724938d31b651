"""Deterministic inputs: the same seed gives the same data on every machine."""

import os
import random

NAMES = ["Ana", "Bo", "Chi", "Dag", "Eve", "Finn", "Gül", "Hu", "Ines", "Jan"]


def seed():
    """The seed of this run: any string, by default a constant."""
    return os.environ.get("PERFLOOP_SEED", "py-stats")


def generator(*parts):
    return random.Random("/".join(str(part) for part in (seed(), *parts)))


def prices(rng, count):
    """A random walk in cents."""
    price = 10_000
    result = []
    for _ in range(count):
        price = max(100, price + rng.randint(-90, 92))
        result.append(price)
    return result


def table(rng, rows, towns):
    """A text of comma-separated rows with some quoted cells."""
    lines = ["name,town,amount,note"]
    for _ in range(rows):
        name = rng.choice(NAMES)
        note = rng.choice(["", "ok", "paid", '"late, again"', '"said ""no"""', '"two\nlines"']) if rng.random() < 0.2 else ""
        lines.append(f"{name},town {rng.randrange(towns)},{rng.randint(-500, 5000)},{note}")
    return "\n".join(lines) + "\n"


def matrix(rng, rows, columns):
    return [[rng.randint(-99, 99) for _ in range(columns)] for _ in range(rows)]
