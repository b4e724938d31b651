"""Text as numbers, and random batches of it."""
import torch

ALPHABET = "\n !',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def encode(text):
    index = {letter: number for number, letter in enumerate(ALPHABET)}
    return torch.tensor([index[letter] for letter in text if letter in index], dtype=torch.long)


class RandomBatches:
    def __init__(self, text, config, device):
        self.data = encode(text)
        self.config = config
        self.device = device

    def next(self):
        block = self.config.block
        starts = torch.randint(len(self.data) - block - 1, (self.config.batch,))
        x = torch.stack([self.data[i:i + block] for i in starts])
        y = torch.stack([self.data[i + 1:i + block + 1] for i in starts])
        return x.to(self.device), y.to(self.device)
