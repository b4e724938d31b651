"""The log, the weights, the names in the file, segments, and what the generator draws next."""
import os
import random
import tempfile

# Attention without a mask of its own, and one that is fused, differ in the last digits.
TOLERANCE = 2e-3


def observe():
    import pretrain_mlm
    import torch

    with tempfile.TemporaryDirectory() as folder:
        model, log, empty = pretrain_mlm.main(["--out", folder, "--count", "60", "--vocab", "30", "--batch-size", "1", "--steps", "24", "--log-every", "4", "--dropout", "0"])
        names = sorted(torch.load(os.path.join(folder, "mlm.pt"), map_location="cpu")["model"])
    ids = torch.tensor([[1, 5, 6, 2, 7, 2, 0, 0], [1, 2, 8, 9, 9, 9, 9, 2], [1, 5, 5, 5, 5, 5, 5, 5]])
    return {"log": log, "empty": empty, "names": names, "segments": model.segments(ids), "random": random.random(),
            "weights": [p.double().sum() for p in model.parameters()]}
