"""Curves, scores and importances of the script."""
import os

TOLERANCE = 5e-4


def observe():
    os.environ.update(HOUSES="400", EPOCHS="8")
    import house_prices as run

    return {"scores": run.scores, "curves": run.curves, "importance": run.importance, "weights": [p.detach().sum() for p in run.model.parameters()]}
