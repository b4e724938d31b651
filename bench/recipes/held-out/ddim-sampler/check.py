"""The written pictures, the steps that were taken, and pictures of other labels as numbers."""
import os
import tempfile

TOLERANCE = 2e-3


def observe():
    import torch
    from pathlib import Path

    import sampler

    with tempfile.TemporaryDirectory() as folder:
        made, taken = sampler.main([folder, "--steps", "10", "--count", "6", "--batch-size", "3", "--tolerance", "0.7"])
        files = {name: list(Path(folder, name).read_bytes()) for name in sorted(os.listdir(folder))}
    x, used = made.sample(torch.tensor([4, 9]))
    # Grey values may be rounded to either side of a half.
    return {"taken": taken, "used": used, "x": x, "sharp": sampler.sharpen(made.model, x, torch.tensor([4, 9])),
            "names": list(files), "headers": [bytes(one[:13]).decode() for one in files.values()], "grey": [sum(one[13:]) / 2560 for one in files.values()], "sizes": [len(one) for one in files.values()]}
