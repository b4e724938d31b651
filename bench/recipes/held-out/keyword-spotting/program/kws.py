"""Spots spoken words: 1 s clips in a zip archive, log-mel features, a small convolutional net."""
import argparse
import io
import math
import os
import wave
import zipfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

RATE, WINDOW, HOP, MELS = 8000, 256, 128, 20
WORDS = ["yes", "no", "stop", "go"]


def write_archive(path, count, seed):
    """Clips of rising, falling, steady and broken tones, in noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(RATE) / RATE
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(count):
            word = i % len(WORDS)
            base = rng.uniform(300, 900)
            pitch = base * (1 + [t, 1 - t, 0.5 + 0 * t, 0.5 * (t > 0.5)][word])
            sound = 0.5 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) + rng.normal(0, 0.1, RATE)
            with io.BytesIO() as buffer:
                with wave.open(buffer, "wb") as clip:
                    clip.setparams((1, 2, RATE, 0, "NONE", ""))
                    clip.writeframes((sound.clip(-1, 1) * 32767).astype("<i2").tobytes())
                archive.writestr(f"{WORDS[word]}/{i:05d}.wav", buffer.getvalue())


class SpeechCommands(Dataset):
    def __init__(self, path, augment=False, max_shift=800):
        self.path, self.augment, self.max_shift = path, augment, max_shift
        with zipfile.ZipFile(path) as archive:
            self.names = sorted(archive.namelist())

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        name = self.names[i]
        with zipfile.ZipFile(self.path) as archive:
            data = archive.read(name)
        with wave.open(io.BytesIO(data)) as clip:
            sound = np.frombuffer(clip.readframes(RATE), dtype="<i2").astype(np.float32) / 32768
        if self.augment:
            sound = np.roll(sound, np.random.randint(-self.max_shift, self.max_shift))
            sound = sound * np.random.uniform(0.7, 1.3)
        return torch.from_numpy(sound.astype(np.float32)), WORDS.index(name.split("/")[0])


def mel_filters():
    """MELS x (WINDOW / 2 + 1), triangles that are even on the mel scale."""
    mel = np.linspace(0, 2595 * math.log10(1 + RATE / 2 / 700), MELS + 2)
    points = 700 * (10 ** (mel / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)
    rise = (bins[None] - points[:-2, None]) / (points[1:-1] - points[:-2])[:, None]
    fall = (points[2:, None] - bins[None]) / (points[2:] - points[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall))


class LogMel(nn.Module):
    def forward(self, sound):
        window = torch.hann_window(WINDOW, device=sound.device)
        spectrum = torch.stft(sound, WINDOW, HOP, window=window, return_complex=True).abs()
        filters = torch.from_numpy(mel_filters()).float().to(sound.device)
        return torch.log(filters @ spectrum + 1e-5)


class KWSNet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.features = LogMel()
        self.net = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2),
            nn.AdaptiveAvgPool2d((2, 4)), nn.Flatten(), nn.Linear(8 * width, len(WORDS)),
        )

    def forward(self, sound):
        return self.net(self.features(sound).unsqueeze(1))


def train(model, loader, optimizer, device):
    model.train()
    running = torch.zeros((), device=device)
    for sounds, labels in loader:
        loss = F.cross_entropy(model(sounds.to(device)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.detach()
    return running.item() / len(loader)


@torch.inference_mode()
def confusion(model, loader, device):
    """WORDS x WORDS, true words by row."""
    model.eval()
    table = torch.zeros(len(WORDS), len(WORDS), dtype=torch.long)
    for sounds, labels in loader:
        predicted = model(sounds.to(device)).argmax(dim=1)
        for t, p in zip(labels, predicted):
            table[t.item(), p.item()] += 1
    return table


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--clips", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.01)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    np.random.seed(0)
    paths = {split: os.path.join(args.folder, f"{split}.zip") for split in ("train", "test")}
    write_archive(paths["train"], args.clips, seed=0)
    write_archive(paths["test"], args.clips // 4, seed=1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # Shifts and volumes are drawn from numpy's one generator, so that a seed means one training.
    train_loader = DataLoader(SpeechCommands(paths["train"], augment=True), batch_size=args.batch_size, shuffle=True, drop_last=True)
    test_loader = DataLoader(SpeechCommands(paths["test"]), batch_size=args.batch_size)
    model = KWSNet().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    history = []
    for epoch in range(args.epochs):
        loss = train(model, train_loader, optimizer, device)
        table = confusion(model, test_loader, device)
        history.append({"loss": loss, "accuracy": table.diag().sum().item() / table.sum().item()})
        print(f"{epoch + 1}/{args.epochs}", history[-1])
    torch.save(model.state_dict(), os.path.join(args.folder, "kws.pt"))
    return model, history, table


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        main([folder])
