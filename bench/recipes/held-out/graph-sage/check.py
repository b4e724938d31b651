"""The history, the weights, the file, and what the generator draws next."""
import random
import tempfile

TOLERANCE = 1e-3


def observe():
    from pathlib import Path

    import numpy as np
    import sage
    import torch

    with tempfile.TemporaryDirectory() as folder:
        model, history = sage.main(["--nodes", "120", "--epochs", "3", "--batch-size", "16", "--fanouts", "3", "3", "--out", folder])
        written = np.load(Path(folder, "weights.npy")).sum(axis=1)
    values = torch.randn(6, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    loss = sage.similarity_loss(values, torch.tensor([0, 1, 1, 3, 0, 1]))
    loss.backward()
    return {"history": history, "written": written, "loss": loss, "slope": values.grad, "weights": [p.double().sum() for p in model.parameters()], "random": random.random()}
