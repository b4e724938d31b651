"""The metrics of each epoch and the module's state; the bumps of given joints."""
import tempfile

TOLERANCE = 1e-3


def observe():
    import pose
    import torch

    with tempfile.TemporaryDirectory() as folder:
        metrics, module = pose.main(folder, 40, 12, 3, 8)
    maps = module.heatmaps(torch.tensor([[[3.0, 4.0], [10.5, 2.0], [-1.0, -1.0], [31.0, 0.0], [7.0, 7.0]]], device=module.device))
    return {"metrics": metrics, "state": {k: v.double().sum() for k, v in module.state_dict().items() if not k.startswith("grid")}, "maps": maps.sum(dim=(2, 3)), "rows": maps.sum(dim=(0, 1, 3))}
