"""Draws images from a small diffusion model, by DDIM with classifier-free guidance. `python sampler.py OUT --steps 50`"""
import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn


def timestep_embedding(t, dim):
    frequencies = torch.exp(-math.log(10000) * torch.arange(0, dim // 2, device=t.device) / (dim // 2))
    angles = t[:, None].float() * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Block(nn.Module):
    def __init__(self, channels, emb):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(4, channels), nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(4, channels), nn.Conv2d(channels, channels, 3, padding=1)
        self.shift = nn.Linear(emb, channels)

    def forward(self, x, emb):
        h = self.conv1(torch.nn.functional.silu(self.norm1(x)))
        h = h + self.shift(emb)[:, :, None, None]
        return x + self.conv2(torch.nn.functional.silu(self.norm2(h)))


class Denoiser(nn.Module):
    def __init__(self, classes=10, channels=32, blocks=4, emb=64):
        super().__init__()
        self.emb = emb
        self.label = nn.Embedding(classes + 1, emb)
        self.time = nn.Sequential(nn.Linear(emb, emb), nn.SiLU(), nn.Linear(emb, emb))
        self.first = nn.Conv2d(1, channels, 3, padding=1)
        self.blocks = nn.ModuleList([Block(channels, emb) for _ in range(blocks)])
        self.last = nn.Conv2d(channels, 1, 3, padding=1)

    def forward(self, x, t, y):
        emb = self.time(timestep_embedding(t, self.emb)) + self.label(y)
        x = self.first(x)
        for block in self.blocks:
            x = block(x, emb)
        return self.last(x)


class DDIMSampler:
    def __init__(self, model, steps, guidance=2.0, eta=0.3, size=16, tolerance=0.0, seed=0):
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device).eval()
        self.guidance, self.eta, self.size, self.tolerance = guidance, eta, size, tolerance
        betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
        self.alphas_cumprod = torch.cumprod(1 - betas, dim=0).float().to(self.device)
        self.timesteps = list(range(999, -1, -(1000 // steps)))
        self.generator = torch.Generator().manual_seed(seed)

    def noise(self, n):
        """From a generator of the host, so that a seed means the same picture on every device."""
        return torch.randn((n, 1, self.size, self.size), generator=self.generator).to(self.device)

    def predict(self, x, t, labels):
        steps = torch.tensor([t] * len(x)).to(self.device)
        with_label = self.model(x, steps, labels)
        without = self.model(x, steps, torch.full_like(labels, 10))
        return without + self.guidance * (with_label - without)

    @torch.no_grad()
    def sample(self, labels):
        """One image for each label, and the number of steps that were needed."""
        labels = labels.to(self.device)
        x, before = self.noise(len(labels)), None
        for used, (t, after) in enumerate(zip(self.timesteps, self.timesteps[1:] + [-1]), 1):
            a = self.alphas_cumprod[t].item()
            b = self.alphas_cumprod[after].item() if after >= 0 else 1.0
            eps = self.predict(x, t, labels)
            x0 = ((x - (1 - a) ** 0.5 * eps) / a**0.5).clamp(-1, 1)
            sigma = self.eta * ((1 - b) / (1 - a) * (1 - a / b)) ** 0.5
            x = b**0.5 * x0 + (1 - b - sigma**2) ** 0.5 * eps
            if after >= 0:
                x = x + sigma * self.noise(len(labels))
            if before is not None and (x0 - before).abs().max() < self.tolerance:
                break
            before = x0
        return x0, used


def sharpen(model, x, labels, strength=0.1):
    """One step of each picture towards what the model finds likely at t = 20."""
    t = torch.full((len(x),), 20, device=x.device)
    x = x.detach().requires_grad_(True)
    energy = model(x, t, labels).pow(2).mean(dim=(1, 2, 3)).sum()
    (slope,) = torch.autograd.grad(energy, x)
    return (x - strength * slope / slope.abs().amax(dim=(1, 2, 3), keepdim=True)).detach()


def write_pictures(folder, pictures, start=0):
    """One grey picture (PGM) for each, numbered."""
    for number, picture in enumerate(pictures, start):
        grey = ((picture[0].clamp(-1, 1) + 1) * 127.5).round().byte().cpu().numpy()
        header = f"P5 {grey.shape[1]} {grey.shape[0]} 255\n".encode()
        Path(folder, f"{number:05d}.pgm").write_bytes(header + grey.tobytes())


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--weights")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--count", type=int, default=1024)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--tolerance", type=float, default=0.0)
    args = parser.parse_args(argv)
    torch.manual_seed(1)
    model = Denoiser()
    if args.weights:
        model.load_state_dict(torch.load(args.weights, map_location="cpu"))
    sampler = DDIMSampler(model, args.steps, tolerance=args.tolerance)
    taken = []
    for start in range(0, args.count, args.batch_size):
        labels = torch.arange(start, start + args.batch_size) % 10
        pictures, used = sampler.sample(labels)
        pictures = sharpen(sampler.model, pictures, labels.to(sampler.device))
        write_pictures(args.out, pictures, start)
        taken.append(used)
    return sampler, taken


if __name__ == "__main__":
    main()
