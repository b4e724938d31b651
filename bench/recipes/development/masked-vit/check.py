"""The history, the log, features and weights of the pool."""
import tempfile
from pathlib import Path

TOLERANCE = 1e-3


def observe():
    import mae
    import torch

    cfg = {"image": 16, "dim": 16, "heads": 2, "depth": 1, "count": 24, "batch": 8, "epochs": 3, "warmup": 2, "lr": 0.01, "workers": 1}
    original = mae.Probe.__init__
    mae.Probe.__init__ = lambda self, cfg, count=40: original(self, cfg, count)
    with tempfile.TemporaryDirectory() as folder:
        model, history = mae.run(cfg, folder)
        log = Path(folder, "log.jsonl").read_text().splitlines()
    with torch.no_grad():
        pooled, weight = model.features(torch.randn(2, 1, 16, 16, generator=torch.Generator().manual_seed(0)))
    return {"history": history, "lines": len(log), "pooled": pooled, "weight": weight, "weights": [p.detach().sum() for p in model.parameters()]}
