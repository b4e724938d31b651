"""What the notebook has in its variables after some short epochs."""
import os

TOLERANCE = 1e-3


def observe():
    os.environ.update(EPOCHS="12", N="160")
    import digits
    import torch

    return {"train": digits.train_accs, "test": digits.test_accs, "lrs": digits.lrs, "confusion": digits.confusion, "importance": digits.importance,
            "flips": digits.flips, "weights": [p.double().sum() for p in digits.net.parameters()], "random": torch.rand(1)}
