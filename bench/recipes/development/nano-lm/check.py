"""The estimated losses, the smoothed loss, a sample, the weights and what the checkpoint holds."""
import os
import tempfile

TOLERANCE = 5e-4


def observe():
    import torch
    import train

    with tempfile.TemporaryDirectory() as folder:
        history, running, skipped, sample, model = train.main([
            f"--out_dir={folder}", "--max_iters=12", "--eval_interval=6", "--eval_iters=3", "--batch_size=4", "--block_size=16",
            "--n_layer=2", "--n_head=2", "--n_embd=16", "--warmup_iters=3", "--log_interval=4",
        ])
        saved = torch.load(os.path.join(folder, "ckpt.pt"))
    return {
        "history": history, "running": running, "skipped": skipped, "sample": sample,
        "weights": [p.detach().sum() for p in model.parameters()],
        "saved": {name: value.double().sum() for name, value in saved["model"].items() if "attn.bias" not in name}, "iter_num": saved["iter_num"],
    }
