"""A fixed amount of work over generated data: prints a digest of the results and the throughput."""

import hashlib
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import inputs
import py_stats as stats

ROUNDS = 3


def main():
    rng = inputs.generator("bench")
    series = [inputs.prices(rng, 2200) for _ in range(4)]
    text = inputs.table(rng, 700, 120)
    a, b = inputs.matrix(rng, 28, 28), inputs.matrix(rng, 28, 28)
    results = []
    items = 0
    start = time.perf_counter()
    for values in series:
        for _ in range(ROUNDS):
            means = stats.moving_average(values, 200)
            items += len(means)
        results.append(means)
        results.append(stats.percentiles(values, [q / 20 for q in range(21)]))
    for _ in range(ROUNDS):
        rows = stats.parse_csv(text)
        groups = stats.group_by(rows, "town", "amount")
        items += len(rows)
    results.append(rows)
    results.append(groups)
    for _ in range(ROUNDS):
        product = stats.matmul(a, b)
        items += len(product)
    results.append(product)
    results.append(stats.ruin_time(inputs.seed(), 8, 20, 7000))
    seconds = time.perf_counter() - start
    print("digest", hashlib.sha256(repr(results).encode()).hexdigest()[:16])
    print(f"throughput {items / seconds:.1f} items/s")


if __name__ == "__main__":
    main()
