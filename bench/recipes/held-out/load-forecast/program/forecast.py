"""Forecasts the load of a power grid with a causal transformer, as quantiles."""
import json
import logging
import math
import sys

import numpy as np
import torch
from torch import nn

log = logging.getLogger("forecast")
QUANTILES = (0.1, 0.5, 0.9)


def hourly_load(hours, seed=0):
    """A day and a week in it, and now and then a spike of a broken meter."""
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    load = np.sin(2 * np.pi * t / 24) + 0.4 * np.sin(2 * np.pi * t / 168) + rng.normal(0, 0.1, hours)
    load[rng.random(hours) < 0.004] *= 25
    return load.astype(np.float32)


class StandardScaler:
    def fit(self, values):
        self.mean, self.scale = np.median(values), values.std() + 1e-6
        return self

    def transform(self, values):
        return (values - self.mean) / self.scale

    def inverse_transform(self, values):
        return values * self.scale + self.mean


class WindowLoader:
    """Batches of windows that overlap, in a random order."""

    def __init__(self, values, window, batch_size, seed=0):
        self.values = torch.from_numpy(values)
        self.window, self.batch_size = window, batch_size
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return (len(self.values) - self.window - 1) // self.batch_size

    def __iter__(self):
        starts = self.rng.permutation(len(self.values) - self.window - 1)
        for n in range(len(self)):
            chosen = starts[n * self.batch_size:(n + 1) * self.batch_size]
            x, y = [], []
            for s in chosen:
                x.append(self.values[s:s + self.window])
                y.append(self.values[s + 1:s + self.window + 1])
            yield torch.stack(x), torch.stack(y)


class CausalAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.h = heads
        self.query, self.key, self.value = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.h, -1).transpose(1, 2)

    def forward(self, x, mask):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.size(-1))
        scores = scores.masked_fill(mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        context = torch.matmul(weights, v).transpose(1, 2).reshape(x.shape)
        return self.out(context)


class Layer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.attention = CausalAttention(dim, heads)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, x, mask):
        x = x + self.attention(self.norm1(x), mask)
        return x + self.ff(self.norm2(x))


class Forecaster(nn.Module):
    def __init__(self, window, dim=32, heads=4, layers=2):
        super().__init__()
        self.project = nn.Linear(1, dim)
        self.position = nn.Parameter(torch.zeros(1, window, dim))
        self.layers = nn.ModuleList([Layer(dim, heads) for _ in range(layers)])
        self.head = nn.Linear(dim, len(QUANTILES))

    def forward(self, x):
        length = x.size(1)
        mask = torch.triu(torch.ones(length, length), diagonal=1).bool().to(x.device)
        h = self.project(x.unsqueeze(-1)) + self.position[:, :length]
        for layer in self.layers:
            h = layer(h, mask)
        return self.head(h)


def pinball(output, target):
    losses = [torch.max(q * (target - output[..., i]), (q - 1) * (target - output[..., i])) for i, q in enumerate(QUANTILES)]
    return torch.stack(losses).mean()


def fit(model, loader, epochs, lr, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    usual, history = None, []
    for epoch in range(epochs):
        losses, skipped = [], 0
        for x, y in loader:
            loss = pinball(model(x.to(device)), y.to(device))
            # Windows with a broken meter in them are left out.
            level = loss.item()
            if usual is not None and level > 1.15 * usual:
                skipped += 1
                continue
            usual = level if usual is None else 0.9 * usual + 0.1 * level
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(level)
        history.append({"epoch": epoch, "loss": float(np.mean(losses)), "skipped": skipped})
        log.info("%s", history[-1])
    return history


def coverage(model, loader, device):
    """How often the target lies between the outer quantiles, and the mean width between them."""
    model.eval()
    inside, width, n = [], [], 0
    with torch.no_grad():
        for x, y in loader:
            low, _, high = model(x.to(device)).unbind(dim=-1)
            y = y.to(device)
            inside.append(((low < y) & (y < high)).float().mean().item())
            width.append((high - low).mean().item())
    return float(np.mean(inside)), float(np.mean(width))


@torch.no_grad()
def predict(model, history, horizon, scaler, device):
    """The median of the next hours, each fed back, in the units of the meter."""
    model.eval()
    series = torch.from_numpy(history).to(device).unsqueeze(0)
    for _ in range(horizon):
        following = model(series[:, -len(history):])[:, -1:, 1]
        series = torch.cat([series, following], dim=1)
    return scaler.inverse_transform(series[0, -horizon:].cpu().numpy())


def run(hours=20000, window=96, batch_size=64, epochs=5, lr=1e-3, horizon=24):
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    load = hourly_load(hours)
    scaler = StandardScaler().fit(load)
    values = scaler.transform(load).astype(np.float32)
    split = int(0.8 * hours)
    model = Forecaster(window).to(device)
    history = fit(model, WindowLoader(values[:split], window, batch_size), epochs, lr, device)
    result = {"history": history, "coverage": coverage(model, WindowLoader(values[split:], window, batch_size, seed=1), device)}
    result["next"] = [float(one) for one in predict(model, values[-window:], horizon, scaler, device)]
    return model, result


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    json.dump(run()[1], sys.stdout)
