"""The history, the table, features of a sound, the weights, and the names in the file of weights."""
import os
import tempfile

TOLERANCE = 1e-3


def observe():
    import kws
    import torch

    with tempfile.TemporaryDirectory() as folder:
        model, history, table = kws.main([folder, "--clips", "48", "--epochs", "3", "--lr", "0.03", "--batch-size", "12"])
        names = sorted(torch.load(os.path.join(folder, "kws.pt"), map_location="cpu"))
    sound = torch.sin(torch.arange(8000.0) / 7).unsqueeze(0)
    return {"history": history, "table": table, "kind": str(table.dtype), "features": model.features(sound.to(next(model.parameters()).device)).mean(dim=2),
            "names": names, "weights": [p.double().sum() for p in model.parameters()]}
