"""The history, forces, pulls of the heads, and the weights; a batch as it is made."""
TOLERANCE = 1e-3


def observe():
    import main
    from molnet.data import Molecules, collate

    engine, history, forces = main.main(["--count", "60", "--epochs", "2", "--batch-size", "10"])
    batch = collate([Molecules(4, seed=3)[i] for i in range(4)])
    return {"history": history, "forces": forces, "pull": engine.pull, "weights": [p.double().sum() for p in engine.model.parameters()],
            "batch": {key: batch[key] for key in ("z", "pos", "edges", "graph", "energy")}, "type": str(batch["edges"].dtype)}
