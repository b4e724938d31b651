"""Scores a segmentation model on a folder of arrays: intersection over union by class, and masks for inspection.

    python evaluate.py --data DIR --masks OUT
"""
import argparse
import os
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

CLASSES = ("background", "road", "water", "forest")
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def make_folder(folder, count, size=32, seed=0):
    """Writes `count` tiles and their labels, as the export of the annotation tool would."""
    rng = np.random.default_rng(seed)
    tiles = rng.random((count, 3, size, size), dtype=np.float32)
    labels = (tiles.mean(axis=1) * 8 - 2).clip(0, 3).astype(np.int64)
    np.save(os.path.join(folder, "tiles.npy"), tiles)
    np.save(os.path.join(folder, "labels.npy"), labels)


class Tiles(Dataset):
    def __init__(self, folder):
        self.folder = folder
        self.count = len(np.load(os.path.join(folder, "labels.npy"), mmap_mode="r"))

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        tiles = np.load(os.path.join(self.folder, "tiles.npy"))
        labels = np.load(os.path.join(self.folder, "labels.npy"))
        return torch.from_numpy(tiles[index].copy()), torch.from_numpy(labels[index].copy())


class Blurred(Dataset):
    """Tiles as the satellite sees them through haze. The blur runs on the device, since it is the slowest part."""

    def __init__(self, tiles):
        self.tiles = tiles
        weights = torch.ones(3, 1, 3, 3) / 9
        self.kernel = weights.to(DEVICE)

    def __len__(self):
        return len(self.tiles)

    def __getitem__(self, index):
        image, label = self.tiles[index]
        hazy = F.conv2d(image.to(DEVICE).unsqueeze(0), self.kernel, padding=1, groups=3).squeeze(0)
        return hazy, label


class Segmenter(nn.Module):
    def __init__(self, classes=len(CLASSES)):
        super().__init__()
        self.down = nn.Conv2d(3, 12, 3, padding=1)
        self.deep = nn.Conv2d(12, 12, 3, padding=1)
        self.norm = nn.BatchNorm2d(12)
        self.up = nn.Conv2d(12, classes, 1)

    def forward(self, x):
        x = F.relu(self.down(x))
        x = F.relu(self.norm(self.deep(x)))
        return self.up(x)


class Confusion:
    """Counts of pixels by true and predicted class."""

    def __init__(self, classes):
        self.classes = classes
        self.counts = torch.zeros(classes, classes, dtype=torch.long)

    def add(self, predicted, labels):
        predicted = predicted.cpu()
        labels = labels.cpu()
        pairs = labels.flatten() * self.classes + predicted.flatten()
        self.counts += torch.bincount(pairs, minlength=self.classes ** 2).view(self.classes, self.classes)

    def intersection_over_union(self):
        hits = self.counts.diag().double()
        union = self.counts.sum(0) + self.counts.sum(1) - hits
        return (hits / union.clamp(min=1)).tolist()


def evaluate(model, loader):
    model.eval()
    confusion = Confusion(len(CLASSES))
    loss_sum = 0.0
    pixels = 0
    for images, labels in loader:
        images = images.to(DEVICE)
        labels = labels.to(DEVICE)
        logits = model(images)
        loss_sum += F.cross_entropy(logits, labels, reduction="sum").item()
        pixels += labels.numel()
        confusion.add(logits.argmax(dim=1), labels)
    return loss_sum / pixels, confusion.intersection_over_union()


@torch.no_grad()
def write_masks(model, loader, folder):
    """One file of masks for each batch: all of them would not fit in memory."""
    model.eval()
    written = []
    for number, (images, _) in enumerate(loader):
        masks = model(images.to(DEVICE)).argmax(dim=1).to(torch.uint8).cpu().numpy()
        path = os.path.join(folder, f"masks-{number:04d}.npy")
        np.save(path, masks)
        written.append(int(masks.sum()))
    return written


def calibrate_norm(model, loader, batches=4):
    """Fits the statistics of the normalisation to this region: needs the mode of training, but no gradients."""
    model.train()
    with torch.no_grad():
        for number, (images, _) in enumerate(loader):
            if number == batches:
                break
            model(images.to(DEVICE))
    model.eval()


def main(data=None, masks=None, count=24, batch=8):
    torch.manual_seed(2)
    with tempfile.TemporaryDirectory() as scratch:
        if data is None:
            data = scratch
            make_folder(data, count)
        tiles = Tiles(data)
        loader = DataLoader(tiles, batch_size=batch)
        hazy_loader = DataLoader(Blurred(tiles), batch_size=batch)
        model = Segmenter().to(DEVICE)
        calibrate_norm(model, loader)
        clear = evaluate(model, loader)
        hazy = evaluate(model, hazy_loader)
        sums = write_masks(model, loader, masks or scratch)
    for name, value in zip(CLASSES, clear[1]):
        print(f"{name:>12}  {value:.3f}")
    return clear, hazy, sums


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--masks")
    arguments = parser.parse_args()
    main(arguments.data, arguments.masks)
