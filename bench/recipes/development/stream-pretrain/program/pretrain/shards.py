"""Documents in binary shards, as a stream of packed sequences."""
import json
import os
import random

import numpy as np
import torch
from torch.utils.data import IterableDataset


def write_shards(folder, shards=4, documents=200, vocab=64, seed=0):
    rng = np.random.default_rng(seed)
    os.makedirs(folder, exist_ok=True)
    for s in range(shards):
        offsets, position = [], 0
        with open(os.path.join(folder, f"{s:03d}.bin"), "wb") as f:
            for _ in range(documents):
                length = int(rng.integers(5, 60))
                start, stride = rng.integers(1, vocab), rng.integers(1, 4)
                tokens = ((start + stride * np.arange(length)) % (vocab - 1) + 1).astype(np.uint16)
                f.write(tokens.tobytes())
                offsets.append([position, length])
                position += tokens.nbytes
        with open(os.path.join(folder, f"{s:03d}.json"), "w") as f:
            json.dump(offsets, f)


class ShardStream(IterableDataset):
    """All documents of all shards, shuffled within a buffer, cut into sequences; 0 stands between documents. Ends after a pass."""

    def __init__(self, config):
        self.config = config
        self.level = 1
        self.rng = random.Random(config.seed)

    def documents(self):
        names = sorted(n[:-5] for n in os.listdir(self.config.folder) if n.endswith(".json"))
        self.rng.shuffle(names)
        for name in names:
            with open(os.path.join(self.config.folder, name + ".json")) as f:
                offsets = json.load(f)
            for position, length in offsets:
                with open(os.path.join(self.config.folder, name + ".bin"), "rb") as f:
                    f.seek(position)
                    tokens = np.frombuffer(f.read(2 * length), dtype=np.uint16)
                if length >= 8 * self.level:
                    yield tokens

    def shuffled(self):
        buffer = []
        for document in self.documents():
            buffer.append(document)
            if len(buffer) >= self.config.shuffle_buffer:
                yield buffer.pop(self.rng.randrange(len(buffer)))
        self.rng.shuffle(buffer)
        yield from buffer

    def __iter__(self):
        pending = []
        need = self.config.sequence_length + 1
        for document in self.shuffled():
            pending.extend(document.tolist() + [0])
            while len(pending) >= need:
                yield torch.tensor(pending[:need])
                pending = pending[need - 1:]
