"""Toy speech recognition: tones stand for letters, a recurrent network and CTC learn to read them."""
import math
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler

ALPHABET = "_abcdefgh"  # _ is the blank
SAMPLE_RATE = 4000
N_FFT = 64
HOP = 32
N_MELS = 16


def mel_filterbank(sample_rate, n_fft, n_mels):
    def to_mel(hz):
        return 2595.0 * math.log10(1.0 + hz / 700.0)

    points = np.linspace(to_mel(0), to_mel(sample_rate / 2), n_mels + 2)
    hz = 700.0 * (10.0 ** (points / 2595.0) - 1.0)
    bins = hz / (sample_rate / n_fft)
    bank = np.zeros((n_mels, n_fft // 2 + 1), dtype=np.float32)
    for m in range(n_mels):
        for k in range(n_fft // 2 + 1):
            rise = (k - bins[m]) / max(bins[m + 1] - bins[m], 1e-5)
            fall = (bins[m + 2] - k) / max(bins[m + 2] - bins[m + 1], 1e-5)
            bank[m, k] = max(0.0, min(rise, fall))
    return bank


class Tones(Dataset):
    """Utterance i depends on i alone."""

    def __init__(self, size, seed=0):
        self.size = size
        self.seed = seed

    def __len__(self):
        return self.size

    def waveform(self, i):
        rng = np.random.RandomState(self.seed * 100003 + i)
        letters = rng.randint(1, len(ALPHABET), rng.randint(2, 7))
        parts = []
        for letter in letters:
            t = np.arange(rng.randint(300, 500)) / SAMPLE_RATE
            parts += [np.sin(2 * np.pi * (200 + 180 * letter) * t), np.zeros(120)]
        wave = np.concatenate(parts).astype(np.float32)
        return wave + 0.05 * rng.randn(len(wave)).astype(np.float32), letters

    def __getitem__(self, i):
        wave, letters = self.waveform(i)
        window = np.hanning(N_FFT).astype(np.float32)
        bank = mel_filterbank(SAMPLE_RATE, N_FFT, N_MELS)
        frames = np.lib.stride_tricks.sliding_window_view(wave, N_FFT)[::HOP] * window
        power = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32) ** 2
        features = np.log(power @ bank.T + 1e-4)
        return torch.from_numpy(features), torch.as_tensor(letters, dtype=torch.long)


class NewOrderEachEpoch(Sampler):
    def __init__(self, size):
        self.size = size
        self.rng = np.random.RandomState(11)

    def __len__(self):
        return self.size

    def __iter__(self):
        return iter(self.rng.permutation(self.size).tolist())


def collate(batch):
    features, letters = zip(*batch)
    lengths = torch.tensor([len(one) for one in features])
    target_lengths = torch.tensor([len(one) for one in letters])
    return pad_sequence(features, batch_first=True), lengths, torch.cat(letters), target_lengths


class Recognizer(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.norm = nn.LayerNorm(N_MELS)
        self.rnn = nn.GRU(N_MELS, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, len(ALPHABET))

    def forward(self, features, lengths):
        packed = pack_padded_sequence(self.norm(features), lengths.cpu(), batch_first=True, enforce_sorted=False)
        hidden, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.out(hidden).log_softmax(dim=-1)


def greedy_decode(log_probs, lengths):
    """Texts of the best path: repeated letters count once, blanks not at all."""
    best = log_probs.argmax(dim=-1)
    texts = []
    for i in range(best.size(0)):
        previous, text = 0, ""
        for t in range(int(lengths[i])):
            letter = best[i, t].item()
            if letter != previous and letter != 0:
                text += ALPHABET[letter]
            previous = letter
        texts.append(text)
    return texts


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


class Experiment:
    def __init__(self, train_size=2000, dev_size=300, batch_size=32, lr=3e-3, workdir="."):
        torch.manual_seed(7)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.train_loader = DataLoader(Tones(train_size), batch_size=batch_size, sampler=NewOrderEachEpoch(train_size), collate_fn=collate)
        self.dev_loader = DataLoader(Tones(dev_size, seed=1), batch_size=batch_size, collate_fn=collate)
        self.model = Recognizer().to(self.device)
        self.ctc = nn.CTCLoss(blank=0, zero_infinity=False)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=lr)
        self.workdir = workdir
        self.skipped = 0

    def train_epoch(self):
        self.model.train()
        total, count = torch.zeros((), device=self.device), 0
        for features, lengths, targets, target_lengths in self.train_loader:
            log_probs = self.model(features.to(self.device), lengths)
            loss = self.ctc(log_probs.transpose(0, 1), targets.to(self.device), lengths, target_lengths)
            if torch.isinf(loss) or torch.isnan(loss):
                self.skipped += 1
                continue
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            total += loss.detach()
            count += 1
        return total.item() / max(count, 1)

    def error_rate(self):
        self.model.eval()
        errors = letters = 0
        start = time.time()
        for features, lengths, targets, target_lengths in self.dev_loader:
            log_probs = self.model(features.to(self.device), lengths)
            texts = greedy_decode(log_probs, lengths)
            at = 0
            for text, n in zip(texts, target_lengths.tolist()):
                truth = "".join(ALPHABET[k] for k in targets[at:at + n].tolist())
                at += n
                errors += edit_distance(text, truth)
                letters += n
        print(f"decoded in {time.time() - start:.1f} s")
        return errors / letters

    def fit(self, epochs):
        history, best = [], math.inf
        for _ in range(epochs):
            history.append((self.train_epoch(), self.error_rate()))
            if history[-1][1] <= best:
                best = history[-1][1]
                torch.save(self.model.state_dict(), os.path.join(self.workdir, "best.pt"))
        return history, best


if __name__ == "__main__":
    print(Experiment().fit(10))
