"""The records, the scores, the gradients of pixels, and the student's file."""
import gc
import os
import tempfile

TOLERANCE = 5e-4


def observe():
    import distill
    import torch

    # What torch itself brought along need not be looked at in each step.
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "student.pt")
        records, scores, gradients = distill.main(["--count", "80", "--epochs", "4", "--batch-size", "16", "--out", path])
        weights = torch.load(path)
    return {"records": records, "scores": scores, "gradients": gradients, "weights": {k: v.double().sum() for k, v in weights.items()}}
