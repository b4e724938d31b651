"""Day-ahead forecast of a load curve with a temporal convolutional network; walk-forward validation."""
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils import weight_norm
from torch.utils.data import DataLoader, Dataset


@dataclass
class Settings:
    history: int = 96
    horizon: int = 24
    hidden: int = 24
    levels: int = 4
    batch_size: int = 64
    epochs: int = 20
    lr: float = 2e-3
    clip: float = 0.5
    patience: int = 3
    folds: int = 3
    length: int = 8000
    augment: float = 0.02
    seed: int = 0


def load_series(length, seed):
    rng = np.random.default_rng(seed)
    hour = np.arange(length)
    load = 50 + 12 * np.sin(2 * np.pi * hour / 24) + 6 * np.sin(2 * np.pi * hour / 168) + np.cumsum(rng.normal(0, 0.1, length))
    temperature = 10 + 8 * np.sin(2 * np.pi * (hour - 6) / 24) + rng.normal(0, 1, length)
    return np.stack([load + rng.normal(0, 1, length), temperature], axis=1).astype(np.float32)


class Windows(Dataset):
    """Windows of history and horizon, scaled by the part of the series that may be known."""

    def __init__(self, series, start, end, settings, known_until):
        self.series = series
        self.start, self.end = start, end
        self.settings = settings
        self.known_until = known_until

    def __len__(self):
        return self.end - self.start - self.settings.history - self.settings.horizon

    def __getitem__(self, i):
        known = self.series[: self.known_until]
        mean, std = known.mean(axis=0), known.std(axis=0)
        at = self.start + i
        scaled = (self.series[at:at + self.settings.history + self.settings.horizon] - mean) / std
        past = torch.tensor(scaled[: self.settings.history])
        future = torch.tensor(scaled[self.settings.history:, 0])
        return past, future


class JitteredWindows(Windows):
    """With noise, drawn from one stream, so that a run can be repeated."""

    def __init__(self, *args):
        super().__init__(*args)
        self.rng = np.random.default_rng(self.settings.seed)

    def __getitem__(self, i):
        past, future = super().__getitem__(i)
        return past + torch.from_numpy(self.rng.normal(0, self.settings.augment, past.shape).astype(np.float32)), future


class CausalBlock(nn.Module):
    def __init__(self, channels_in, channels, dilation):
        super().__init__()
        self.pad = nn.ConstantPad1d((2 * dilation, 0), 0.0)
        self.conv = weight_norm(nn.Conv1d(channels_in, channels, 3, dilation=dilation))
        self.skip = nn.Conv1d(channels_in, channels, 1) if channels_in != channels else nn.Identity()

    def forward(self, x):
        return torch.relu(self.conv(self.pad(x))) + self.skip(x)


class TCN(nn.Module):
    def __init__(self, settings, inputs=2):
        super().__init__()
        sizes = [inputs] + [settings.hidden] * settings.levels
        self.blocks = nn.Sequential(*[CausalBlock(a, b, 2 ** i) for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]))])
        self.head = nn.Linear(settings.hidden, 1)

    def forward(self, past):
        """The value after each step of the past: B x T x 2 in, B x T out."""
        return self.head(self.blocks(past.transpose(1, 2)).transpose(1, 2)).squeeze(-1)

    def rollout(self, past, horizon):
        """A forecast fed back step by step; the temperature stays as it was a day before."""
        out = []
        for step in range(horizon):
            value = self(past)[:, -1]
            out.append(value)
            new = torch.stack([value, past[:, -24, 1]], dim=1).unsqueeze(1)
            past = torch.cat([past[:, 1:], new], dim=1)
        return torch.stack(out, dim=1)


class Forecaster:
    def __init__(self, settings):
        self.settings = settings
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.series = load_series(settings.length, settings.seed)

    def train_epoch(self, model, loader, optimizer):
        model.train()
        total = 0.0
        for past, future in loader:
            past, future = past.to(self.device), future.to(self.device)
            target = torch.cat([past[:, 1:, 0], future[:, :1]], dim=1)
            loss = nn.functional.mse_loss(model(past), target)
            optimizer.zero_grad()
            loss.backward()
            for p in model.parameters():
                if p.grad is not None:
                    p.grad.data.clamp_(-self.settings.clip, self.settings.clip)
            optimizer.step()
            total += loss.item() * past.size(0)
        return total / len(loader.dataset)

    def validate(self, model, loader):
        model.eval()
        absolute, squared, n = 0.0, 0.0, 0
        with torch.no_grad():
            for past, future in loader:
                past, future = past.to(self.device), future.to(self.device)
                error = model.rollout(past, self.settings.horizon) - future
                absolute += error.abs().sum().item()
                squared += error.pow(2).sum().item()
                n += error.numel()
        return {"mae": absolute / n, "rmse": (squared / n) ** 0.5}

    def fit_fold(self, train_end, valid_end):
        s = self.settings
        torch.manual_seed(s.seed)
        model = TCN(s).to(self.device)
        optimizer = torch.optim.Adam(model.parameters(), lr=s.lr)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
        train_loader = DataLoader(JitteredWindows(self.series, 0, train_end, s, train_end), batch_size=s.batch_size, shuffle=True, drop_last=True)
        valid_loader = DataLoader(Windows(self.series, train_end, valid_end, s, train_end), batch_size=s.batch_size)
        best, waited, curve = float("inf"), 0, []
        for epoch in range(s.epochs):
            curve.append(self.train_epoch(model, train_loader, optimizer))
            metrics = self.validate(model, valid_loader)
            scheduler.step(metrics["mae"])
            if metrics["mae"] < best - 1e-4:
                best, waited = metrics["mae"], 0
            else:
                waited += 1
                if waited >= s.patience:
                    break
        return {"curve": curve, "best": best, "metrics": metrics, "lr": optimizer.param_groups[0]["lr"]}, model

    def walk_forward(self):
        """Folds that grow; each is validated on the part after it."""
        part = len(self.series) // (self.settings.folds + 1)
        results = []
        for fold in range(1, self.settings.folds + 1):
            result, model = self.fit_fold(fold * part, (fold + 1) * part)
            print(f"fold {fold}: mae {result['best']:.3f} after {len(result['curve'])} epochs")
            results.append(result)
        return results, model


if __name__ == "__main__":
    Forecaster(Settings()).walk_forward()
