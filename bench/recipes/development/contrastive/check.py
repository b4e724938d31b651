"""The losses, the spikes, the accuracy and the votes at the end of two short epochs."""
import os

TOLERANCE = 5e-4


def observe():
    os.environ["EPOCHS"] = "2"
    os.environ["COUNT"] = "160"
    import contrastive

    return {"losses": contrastive.losses, "spikes": contrastive.spikes, "accuracy": contrastive.accuracy, "sure": contrastive.sure, "bank": contrastive.bank[:2]}
