"""Masked autoencoder on textures, with a small vision transformer. `python mae.py config.json`"""
import json
import math
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, Sampler

DEFAULTS = {"image": 32, "patch": 4, "dim": 64, "heads": 4, "depth": 3, "mask": 0.6, "count": 2048, "batch": 64, "epochs": 6, "warmup": 2, "lr": 1e-3, "workers": 2, "seed": 17}


class Textures(Dataset):
    """Waves in two directions. They become finer epoch by epoch, until the warm-up is over."""

    def __init__(self, cfg):
        self.cfg = cfg
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return self.cfg["count"]

    def __getitem__(self, i):
        rng = np.random.default_rng([self.cfg["seed"], i])
        fine = 1.0 + min(self.epoch, self.cfg["warmup"])
        y, x = np.mgrid[: self.cfg["image"], : self.cfg["image"]] / self.cfg["image"] * 2 * np.pi
        a, b, p, q = rng.uniform(0.5, 2.0, 4)
        image = np.sin(a * fine * x + p) + np.sin(b * fine * y + q) + rng.normal(0, 0.1, x.shape)
        return torch.from_numpy(image.astype(np.float32)).unsqueeze(0), int(a > b)


class Probe(Dataset):
    """The images that the features are looked at with: always the same."""

    def __init__(self, cfg, count=256):
        source = Textures({**cfg, "seed": cfg["seed"] + 1, "count": count})
        self.images, self.labels = zip(*[source[i] for i in range(count)])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i], self.labels[i]


class Shuffle(Sampler):
    def __init__(self, count, seed):
        self.count, self.rng = count, np.random.default_rng(seed)

    def __len__(self):
        return self.count

    def __iter__(self):
        return iter(self.rng.permutation(self.count).tolist())


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3, bias=False)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        attn = (q @ k.transpose(-2, -1)) * self.scale
        attn = attn.softmax(dim=-1)
        x = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


class AttentionPool(nn.Module):
    """Weighs the patches; the weights are drawn over the image in the report."""

    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) * 0.02)
        self.key = nn.Linear(dim, dim)

    def forward(self, x):
        score = self.key(x) @ self.query / math.sqrt(x.size(-1))
        weight = score.softmax(dim=-1)
        return (weight.unsqueeze(1) @ x).squeeze(1), weight


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(dim), Attention(dim, heads)
        self.norm2, self.mlp = nn.LayerNorm(dim), nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class MaskedAutoencoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.patches = (cfg["image"] // cfg["patch"]) ** 2
        self.embed = nn.Linear(cfg["patch"] ** 2, cfg["dim"])
        self.position = nn.Parameter(torch.randn(1, self.patches, cfg["dim"]) * 0.02)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, cfg["dim"]))
        self.encoder = nn.Sequential(*[Block(cfg["dim"], cfg["heads"]) for _ in range(cfg["depth"])])
        self.decoder = nn.Sequential(Block(cfg["dim"], cfg["heads"]), nn.LayerNorm(cfg["dim"]), nn.Linear(cfg["dim"], cfg["patch"] ** 2))
        self.pool = AttentionPool(cfg["dim"])

    def patchify(self, images):
        p, n = self.cfg["patch"], self.cfg["image"] // self.cfg["patch"]
        return images.reshape(-1, n, p, n, p).permute(0, 1, 3, 2, 4).reshape(-1, n * n, p * p)

    def forward(self, images, noise):
        """noise: B x patches; the patches with the least noise are kept."""
        patches = self.patchify(images)
        keep = int(self.patches * (1 - self.cfg["mask"]))
        order = noise.argsort(dim=1)
        restore = order.argsort(dim=1)
        x = self.embed(patches) + self.position
        x = x.gather(1, order[:, :keep, None].expand(-1, -1, x.size(-1)))
        x = self.encoder(x)
        x = torch.cat([x, self.mask_token.expand(x.size(0), self.patches - keep, -1)], dim=1)
        x = x.gather(1, restore[:, :, None].expand(-1, -1, x.size(-1))) + self.position
        hidden = (restore >= keep).float()
        error = ((self.decoder(x) - patches) ** 2).mean(dim=-1)
        return (error * hidden).sum() / hidden.sum()

    def features(self, images):
        return self.pool(self.encoder(self.embed(self.patchify(images)) + self.position))


def run(cfg, folder):
    cfg = {**DEFAULTS, **cfg}
    torch.manual_seed(cfg["seed"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = MaskedAutoencoder(cfg).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg["lr"], betas=(0.9, 0.95))
    data = Textures(cfg)
    loader = DataLoader(data, cfg["batch"], sampler=Shuffle(len(data), cfg["seed"]), num_workers=cfg["workers"], drop_last=True)
    probe_loader = DataLoader(Probe(cfg), 64, num_workers=cfg["workers"])
    masks = torch.Generator().manual_seed(cfg["seed"])
    history = []
    for epoch in range(cfg["epochs"]):
        data.set_epoch(epoch)
        model.train()
        for step, (images, _) in enumerate(loader):
            noise = torch.rand(images.size(0), model.patches, generator=masks).to(device)
            loss = model(images.to(device), noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(f"epoch {epoch} step {step} loss {loss.item():.4f}", file=sys.stderr)
        history.append({"epoch": epoch, "last": loss.item(), "spread": spread(model, probe_loader, device)})
        Path(folder, "log.jsonl").open("a").write(json.dumps(history[-1]) + "\n")
    return model, history


def spread(model, loader, device):
    """Distance between the mean features of the two kinds of images, by their standard deviation."""
    model.eval()
    features, labels = [], []
    with torch.inference_mode():
        for images, label in loader:
            pooled, _ = model.features(images.to(device))
            features.append(pooled.cpu())
            labels.append(label)
    features, labels = torch.cat(features), torch.cat(labels)
    gap = features[labels == 1].mean(0) - features[labels == 0].mean(0)
    return (gap.norm() / features.std(0).norm()).item()


if __name__ == "__main__":
    run(json.loads(Path(sys.argv[1]).read_text()) if len(sys.argv) > 1 else {}, tempfile.mkdtemp())
