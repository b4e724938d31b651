#!/usr/bin/env python
"""Trains a small classifier on tabular sensor readings.

    python train.py --epochs 20 --batch-size 64 --lr 1e-3
"""
import argparse
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class SensorReadings(Dataset):
    """Synthetic readings of 16 sensors, labelled with one of four machine states."""

    def __init__(self, samples, seed):
        generator = torch.Generator().manual_seed(seed)
        self.values = torch.randn(samples, 16, generator=generator)
        weights = torch.randn(16, 4, generator=generator)
        self.labels = (self.values @ weights).argmax(dim=1)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        reading = self.values[index]
        # Sensors drift over a shift; the correction is part of the preprocessing.
        phase = 2 * math.pi * (index % 480) / 480
        reading = reading - 0.05 * math.sin(phase)
        return reading, self.labels[index]


class Classifier(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(16, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, 4),
        )

    def forward(self, x):
        return self.layers(x)


def train_epoch(model, loader, optimizer, device):
    model.train()
    total_loss = 0.0
    correct = 0
    seen = 0
    for readings, labels in loader:
        readings = readings.to(device)
        labels = labels.to(device)
        optimizer.zero_grad()
        logits = model(readings)
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * labels.size(0)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        seen += labels.size(0)
    return total_loss / seen, correct / seen


def evaluate(model, loader, device):
    model.eval()
    correct = 0
    seen = 0
    for readings, labels in loader:
        readings, labels = readings.to(device), labels.to(device)
        logits = model(readings)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        seen += labels.size(0)
    return correct / seen


def find_learning_rate(model, loader, device, start=1e-4, factor=2.0, limit=8):
    """Doubles the rate until the loss grows, and returns the last good one."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    rate, best, last = start, start, float("inf")
    batches = iter(loader)
    for _ in range(limit):
        readings, labels = next(batches)
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        loss = F.cross_entropy(model(readings.to(device)), labels.to(device))
        value = loss.item()
        if value > last * 1.5:
            break
        best, last = rate, value
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate *= factor
    model.load_state_dict(state)
    return best


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--samples", type=int, default=20000)
    parser.add_argument("--search-lr", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_args(argv)
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    train_set = SensorReadings(args.samples, seed=1)
    test_set = SensorReadings(args.samples // 5, seed=2)
    train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=256)

    model = Classifier(args.hidden).to(device)
    rate = find_learning_rate(model, train_loader, device) if args.search_lr else args.lr
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    history = []
    for epoch in range(args.epochs):
        loss, train_accuracy = train_epoch(model, train_loader, optimizer, device)
        test_accuracy = evaluate(model, test_loader, device)
        history.append((loss, train_accuracy, test_accuracy))
        print(f"epoch {epoch + 1:3d}  loss {loss:.4f}  train {train_accuracy:.3f}  test {test_accuracy:.3f}")
    return history


if __name__ == "__main__":
    main()
