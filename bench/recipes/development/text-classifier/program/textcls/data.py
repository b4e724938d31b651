"""A synthetic corpus: the label says which of the topics' words is the most common one."""
import numpy as np
import torch
from torch.utils.data import Dataset

PAD, CLS = 0, 1


class TopicDataset(Dataset):
    def __init__(self, size, vocab_size=200, num_labels=4, max_length=32, seed=0):
        rng = np.random.RandomState(seed)
        self.examples = []
        for _ in range(size):
            label = rng.randint(num_labels)
            length = rng.randint(5, max_length)
            topic = rng.randint(2 + label * 10, 12 + label * 10, length // 2)
            noise = rng.randint(42, vocab_size, length - length // 2)
            ids = np.concatenate([[CLS], rng.permutation(np.concatenate([topic, noise]))])
            self.examples.append({"input_ids": ids.tolist(), "labels": int(label)})

    def __len__(self):
        return len(self.examples)

    def __getitem__(self, i):
        return self.examples[i]


class DataCollatorWithPadding:
    def __init__(self, max_length=32):
        self.max_length = max_length

    def __call__(self, features):
        input_ids = torch.full((len(features), self.max_length), PAD, dtype=torch.long)
        for row, feature in enumerate(features):
            ids = feature["input_ids"][: self.max_length]
            input_ids[row, : len(ids)] = torch.tensor(ids)
        labels = torch.tensor([feature["labels"] for feature in features])
        return {"input_ids": input_ids, "attention_mask": (input_ids != PAD).long(), "labels": labels}
