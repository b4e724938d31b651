"""Learns to write words backwards. torchrun --nproc_per_node=2 run_reverse.py OUTPUT_DIR"""
import random
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import Dataset

from trainer import Trainer, TrainingArguments

LETTERS = " abcdefghij"


class Words(Dataset):
    def __init__(self, count, seed, length=5):
        rng = random.Random(seed)
        self.words = ["".join(rng.choice(LETTERS[1:]) for _ in range(length)) for _ in range(count)]

    def __len__(self):
        return len(self.words)

    def encode(self, word):
        return torch.tensor([LETTERS.index(letter) for letter in word])

    def decode(self, numbers):
        return "".join(LETTERS[n] for n in numbers.tolist())

    def __getitem__(self, i):
        return {"input_ids": self.encode(self.words[i]), "labels": self.encode(self.words[i][::-1])}


class Reverser(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.embed = nn.Embedding(len(LETTERS), dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True, bidirectional=True)
        self.mix = nn.Linear(5, 5)
        self.head = nn.Linear(2 * dim, len(LETTERS))

    def forward(self, input_ids, labels):
        hidden, _ = self.rnn(self.embed(input_ids))
        logits = self.head(self.mix(hidden.transpose(1, 2)).transpose(1, 2))
        return nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten()), logits


def main(output_dir, train=2000, test=200, **overrides):
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    args = TrainingArguments(output_dir, **overrides)
    torch.manual_seed(args.seed)
    test_set = Words(test, seed=1)
    truth = {i: word[::-1] for i, word in enumerate(test_set.words)}

    def compute_metrics(answers):
        letters = sum(a == b for answer in answers for a, b in zip(answer["text"], truth[answer["id"]]))
        return {"letters": letters / (5 * len(answers)), "last": answers[-1]["text"]}

    trainer = Trainer(Reverser(), args, Words(train, seed=0), test_set, compute_metrics)
    metrics = trainer.train()
    dist.destroy_process_group()
    return trainer, metrics


if __name__ == "__main__":
    main(sys.argv[1])
