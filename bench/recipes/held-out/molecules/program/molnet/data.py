"""Made-up molecules: atoms in space, bonds between those that are near, and an energy."""
import numpy as np
import torch
from torch.utils.data import Dataset

ELEMENTS = 4


class Molecules(Dataset):
    def __init__(self, count, seed=0):
        rng = np.random.default_rng(seed)
        self.samples = [self.make(rng) for _ in range(count)]

    @staticmethod
    def make(rng):
        atoms = int(rng.integers(4, 12))
        # The rarest element is in few molecules.
        elements = rng.choice(ELEMENTS, atoms, p=[0.6, 0.25, 0.14, 0.01])
        places = rng.normal(0, 1.2, (atoms, 3)).astype(np.float32)
        distance = np.linalg.norm(places[:, None] - places[None], axis=-1)
        bonds = [(i, j) for i in range(atoms) for j in range(atoms) if i != j and distance[i, j] < 2.0]
        energy = sum(np.exp(-distance[i, j]) * (1 + elements[i]) for i, j in bonds) - 0.5 * atoms
        return {"z": elements.astype(np.int64), "pos": places, "bonds": bonds, "energy": np.float32(energy)}

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        return self.samples[i]


def collate(samples):
    """One graph of them all: numbers of atoms are shifted by those of the molecules before."""
    sources, targets, graph = [], [], []
    offset = 0
    for number, sample in enumerate(samples):
        for i, j in sample["bonds"]:
            sources.append(i + offset)
            targets.append(j + offset)
        for _ in sample["z"]:
            graph.append(number)
        offset += len(sample["z"])
    return {
        "z": torch.from_numpy(np.concatenate([sample["z"] for sample in samples])),
        "pos": torch.from_numpy(np.concatenate([sample["pos"] for sample in samples])),
        "edges": torch.tensor([sources, targets], dtype=torch.long),
        "graph": torch.tensor(graph),
        "energy": torch.from_numpy(np.stack([sample["energy"] for sample in samples])),
    }
