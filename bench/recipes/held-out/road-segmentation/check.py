"""The history, the weights, what the files hold, and a loss of given numbers."""
import os
import tempfile

TOLERANCE = 1e-3


def observe():
    import main
    import torch
    from roads.data import Aerial
    from roads.losses import RoadLoss

    original = Aerial.__init__
    Aerial.__init__ = lambda self, count, size=16, seed=0: original(self, count, size, seed)
    with tempfile.TemporaryDirectory() as folder:
        model, criterion, history = main.main([folder, "--count", "24", "--batch-size", "6", "--epochs", "3", "--workers", "1"])
        names = sorted(os.listdir(os.path.join(folder, "checkpoints")))
        states = [torch.load(os.path.join(folder, "checkpoints", name), map_location="cpu") for name in names]
        best = torch.load(os.path.join(folder, "best.pt"), map_location="cpu")
    logits = torch.arange(48.0).view(1, 3, 4, 4).remainder(5)
    return {"history": history, "names": names, "epochs": [one["epoch"] for one in states], "criterion": sorted(criterion.state_dict()),
            "states": [[v.double().sum() for v in one["model"].values()] + [v.double().sum() for v in one["momentum"]] for one in states],
            "best": [v.double().sum() for v in best.values()], "loss": RoadLoss()(logits, torch.arange(16).view(1, 4, 4) % 3)}
