"""Forecasts the load of a power grid an hour ahead with a GRU; stops early.

    python forecast.py --hidden 64 --window 48
"""
import argparse
import math
import random

import torch
import torch.nn as nn

HOURS = 24


def load_series(days, seed=0):
    """Synthetic hourly load: a day's and a week's rhythm, with noise. Some kilobytes."""
    rng = random.Random(seed)
    return torch.tensor([
        1 + 0.5 * math.sin(2 * math.pi * h / HOURS) + 0.2 * math.sin(2 * math.pi * h / (7 * HOURS)) + 0.05 * rng.gauss(0, 1)
        for h in range(days * HOURS)
    ])


class Forecaster(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, windows):
        states, _ = self.gru(windows.unsqueeze(-1))
        return self.head(states[:, -1]).squeeze(-1)


class EarlyStopping:
    def __init__(self, patience):
        self.patience = patience
        self.best = math.inf
        self.waited = 0

    def stop(self, value):
        if value < self.best - 1e-5:
            self.best, self.waited = value, 0
        else:
            self.waited += 1
        return self.waited >= self.patience


def draw_batch(series, window, size, generator, device):
    """Random windows with the value that follows each."""
    begin = torch.randint(0, len(series) - window, (size,), generator=generator)
    windows = torch.stack([series[b:b + window] for b in begin])
    following = torch.stack([series[b + window] for b in begin])
    return windows.to(device), following.to(device)


def validate(model, series, window, device):
    model.eval()
    errors = []
    for begin in range(0, len(series) - window, window // 2):
        piece = series[begin:begin + window].unsqueeze(0).to(device)
        guess = model(piece)
        errors.append(abs(guess.item() - series[begin + window].item()))
    return sum(errors) / len(errors)


def sensitivity(model, series, window, device):
    """How much the forecast depends on each hour of the window."""
    # The GRU of cuDNN needs the mode of training for a backward pass.
    model.train()
    piece = series[:window].unsqueeze(0).to(device).requires_grad_(True)
    model(piece).sum().backward()
    return piece.grad.abs().squeeze(0)


def fit(model, train_series, valid_series, args, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, factor=0.5)
    stopping = EarlyStopping(args.patience)
    generator = torch.Generator().manual_seed(args.seed)
    report = []
    for epoch in range(args.epochs):
        model.train()
        mean_loss, skipped = 0.0, 0
        for step in range(args.steps):
            windows, following = draw_batch(train_series, args.window, args.batch, generator, device)
            loss = (model(windows) - following).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            if not torch.isfinite(norm).item():
                skipped += 1
                continue
            optimizer.step()
            mean_loss += float(loss) / args.steps
        error = validate(model, valid_series, args.window, device)
        schedule.step(error)
        report.append((mean_loss, error, optimizer.param_groups[0]["lr"], skipped))
        print("epoch %d: loss %.5f, error %.4f" % (epoch, mean_loss, error))
        if stopping.stop(error):
            break
    return report


def arguments(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--window", type=int, default=48)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--patience", type=int, default=4)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(argv)


def main(argv=None):
    args = arguments(argv)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    series = load_series(args.days)
    cut = int(0.8 * len(series))
    model = Forecaster(args.hidden).to(device)
    report = fit(model, series[:cut], series[cut:], args, device)
    return report, sensitivity(model, series, args.window, device)


if __name__ == "__main__":
    main()
