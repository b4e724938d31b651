"""The curve as it is written, what is looked at, the weights, and how many steps were timed."""
import json
import os
import tempfile

TOLERANCE = 1e-3


def observe():
    import tagger
    import torch

    with tempfile.TemporaryDirectory() as folder:
        module, trainer = tagger.main(count=80, max_epochs=6, batch_size=8, out=folder)
        with open(os.path.join(folder, "curve.json")) as f:
            curve = json.load(f)
    with torch.no_grad():
        _, looked_at = module(tagger.Songs(2, seed=5).chords.to(trainer.device))
    timed = next(one for one in trainer.callbacks if isinstance(one, tagger.StepTimer))
    return {"curve": curve, "looked_at": looked_at, "steps": trainer.global_step, "timed": len(timed.seconds) == trainer.global_step // 100, "weights": [p.double().sum() for p in module.parameters()]}
