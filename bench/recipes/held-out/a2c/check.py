"""The reports, the last norms, and the weights."""
TOLERANCE = 1e-3


def observe():
    import a2c

    model, reports, norms = a2c.main(["--envs", "4", "--updates", "12", "--rollout", "6", "--report", "4"])
    return {"reports": reports, "norms": {name: float(norm) for name, norm in norms.items()}, "weights": [p.double().sum() for p in model.parameters()]}
