"""Results of every function for generated inputs of many sizes, one line each: small ones in full, others as a hash."""

import hashlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import inputs
import py_stats as stats


def show(name, function, *arguments):
    try:
        result = repr(function(*arguments))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    if len(result) > 400:
        result = f"sha256 {hashlib.sha256(result.encode()).hexdigest()} of {len(result)}"
    print(name, result)


def main():
    for i in range(40):
        rng = inputs.generator("check", i)
        size = int(2 ** rng.uniform(0, 9))
        values = inputs.prices(rng, size)
        show(f"{i} moving_average", stats.moving_average, values, rng.randint(1, size))
        show(f"{i} percentiles", stats.percentiles, values, [0, rng.random(), rng.random(), 1])
        text = inputs.table(rng, size // 4, rng.randint(1, 40))
        if rng.random() < 0.2:
            text += rng.choice(['Zed,town 1\n', 'Zed,"town', "Zed,town 1,many,\n", "\n\n", 'Zed,town 1,"7",x"y\n'])
        show(f"{i} parse_csv", stats.parse_csv, text)
        show(f"{i} group_by", lambda: stats.group_by(stats.parse_csv(text), "town", "amount"))
        m, n, k = (rng.randint(1, 12) for _ in range(3))
        show(f"{i} matmul", stats.matmul, inputs.matrix(rng, m, n), inputs.matrix(rng, n if rng.random() < 0.9 else k, k))
        show(f"{i} ruin_time", stats.ruin_time, rng.random(), rng.randint(1, 9), rng.randint(9, 15), rng.randint(1, 40))
    show("moving_average of nothing", stats.moving_average, [], 1)
    show("percentiles of nothing", stats.percentiles, [], [0.5])


if __name__ == "__main__":
    main()
