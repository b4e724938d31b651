"""Extracts a vector for every photo of an archive and writes shards, then looks for duplicates among them."""
import os
import tempfile
import time

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class PhotoArchive(Dataset):
    """Photos of one archive: an array of bytes, count x 3 x height x width."""

    def __init__(self, path):
        self.path = path
        self.length = np.load(path, mmap_mode="r").shape[0]
        self.mean = np.array([0.485, 0.456, 0.406], dtype=np.float32).reshape(3, 1, 1)
        self.std = np.array([0.229, 0.224, 0.225], dtype=np.float32).reshape(3, 1, 1)

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        photo = np.load(self.path)[i].astype(np.float32) / 255
        return torch.from_numpy((photo - self.mean) / self.std), i


class Backbone(nn.Module):
    def __init__(self, out=32):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.body = nn.Sequential(nn.Conv2d(8, out, 3, stride=2, padding=1), nn.ReLU())

    def forward(self, x):
        y = self.body(self.stem(x)).mean(dim=(-2, -1))
        return y / y.norm(dim=1, keepdim=True)


class Extractor:
    def __init__(self, model, device, batch_size=32):
        self.model = model.to(device).eval()
        self.device = device
        self.batch_size = batch_size

    def run(self, archive):
        """A dict of vectors by the photo's number."""
        vectors = {}
        loader = DataLoader(archive, batch_size=self.batch_size, shuffle=False)
        for photos, numbers in loader:
            out = self.model(photos.to(self.device))
            for row in range(len(numbers)):
                vectors[int(numbers[row])] = out[row].detach().cpu().numpy()
        return vectors

    @torch.no_grad()
    def throughput(self, shape, rounds=5):
        """Photos in a second, as printed in the log of the service."""
        photos = torch.zeros(self.batch_size, *shape, device=self.device)
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(rounds):
            self.model(photos)
            if self.device.type == "cuda":
                torch.cuda.synchronize()
        return rounds * self.batch_size / (time.perf_counter() - begin)

    @torch.no_grad()
    def write_shards(self, archive, folder):
        names = []
        for k, (photos, _) in enumerate(DataLoader(archive, batch_size=self.batch_size, num_workers=1)):
            half = self.model(photos.to(self.device)).half().cpu()
            name = f"shard-{k:03d}.pt"
            torch.save(half, os.path.join(folder, name))
            names.append(name)
        return names


def duplicates(vectors, threshold=0.999):
    numbers = sorted(vectors)
    matrix = torch.from_numpy(np.stack([vectors[n] for n in numbers]))
    similar = matrix @ matrix.T
    pairs = (similar > threshold).triu(diagonal=1).nonzero().tolist()
    return [(numbers[a], numbers[b]) for a, b in pairs]


def make_archive(path, count, size, seed=4):
    rng = np.random.default_rng(seed)
    photos = rng.integers(0, 256, (count, 3, size, size), dtype=np.uint8)
    photos[count // 2] = photos[0]
    np.save(path, photos)


def main(count=512, size=32, batch_size=32):
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "photos.npy")
        make_archive(path, count, size)
        archive = PhotoArchive(path)
        extractor = Extractor(Backbone(), device, batch_size)
        vectors = extractor.run(archive)
        shards = extractor.write_shards(archive, folder)
        first = torch.load(os.path.join(folder, shards[0])).float()
    print(f"{extractor.throughput((3, size, size)):.0f} photos/s")
    return vectors, shards, first, duplicates(vectors)


if __name__ == "__main__":
    print(main()[-1])
