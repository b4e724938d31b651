"""The report, the points that are left, and the weights."""
TOLERANCE = 2e-3


def observe():
    import heat

    solver, report = heat.main(["--steps", "150", "--width", "8", "--points", "32", "--refresh-every", "60"])
    return {"report": report, "pool": solver.pool, "weights": [p.double().sum() for p in solver.net.parameters()]}
