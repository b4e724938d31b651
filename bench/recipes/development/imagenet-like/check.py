"""The history, the lines that are printed but for the times, the best model's file, and that a throughput is measured."""
import contextlib
import io
import os
import re
import tempfile

TOLERANCE = 1e-3


def observe():
    import main
    import torch

    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "best")
        with contextlib.redirect_stdout(said):
            history = main.main(["--epochs", "2", "-b", "16", "--size", "64", "--image-size", "16", "-p", "2", "--lr", "0.02", "--out", path])
        best = torch.load(path, weights_only=False) if int(torch.__version__.split(".")[0]) >= 2 else torch.load(path)
    rate = main.throughput(main.SmallResNet(), torch.device("cpu"), 16, 2, 2)
    return {
        "history": [list(map(float, one.values())) for one in history],
        "printed": re.sub(r"Time +\S+ \( *\S+\)", "Time", said.getvalue()).splitlines(),
        "weights": {name: value.double().sum() for name, value in best["state_dict"].items()},
        "best": [best["epoch"], float(best["best_acc1"])],
        "measured": rate > 0,
    }
