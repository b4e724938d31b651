import numpy as np
import torch
from torch.utils.data import Dataset

CLASSES = ("ground", "road", "house")


class Aerial(Dataset):
    """Made-up pictures: a road across, some houses. Each is drawn when it is asked for, always the same."""

    def __init__(self, count, size=64, seed=0):
        self.count, self.size, self.seed = count, size, seed

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, index))
        labels = np.zeros((self.size, self.size), dtype=np.int64)
        y, x = np.mgrid[:self.size, :self.size]
        slope, offset = rng.uniform(-1, 1), rng.uniform(0.3, 0.7) * self.size
        labels[np.abs(y - slope * (x - self.size / 2) - offset) < self.size / 16] = 1
        for _ in range(3):
            a, b = rng.integers(0, self.size - 6, 2)
            labels[a:a + 6, b:b + 6] = 2
        picture = np.array([[0.3, 0.5, 0.2], [0.5, 0.5, 0.5], [0.7, 0.3, 0.2]])[labels] + rng.normal(0, 0.15, (self.size, self.size, 3))
        return torch.from_numpy(picture.transpose(2, 0, 1).astype(np.float32)), torch.from_numpy(labels)
