"""Tags recordings of birds: cuts them into windows, runs the network in batches, merges what it hears, writes JSON lines.

A run that was cut off goes on where it was: recordings that are in the output already are left out.
"""
import argparse
import json
import sys
import time
from collections import deque
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SPECIES = ["blackbird", "great tit", "robin", "swift", "wren", "nothing"]
RATE, WINDOW, HOP = 2000, 2000, 1000


class Tagger(nn.Module):
    def __init__(self, bands=32, width=24):
        super().__init__()
        self.bands = bands
        self.conv = nn.Sequential(
            nn.Conv1d(bands, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU(), nn.MaxPool1d(2),
            nn.Conv1d(width, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU(),
        )
        self.head = nn.Linear(width, len(SPECIES))

    def spectrogram(self, wave):
        window = torch.hann_window(2 * self.bands).to(wave.device)
        frames = wave.unfold(-1, 2 * self.bands, self.bands) * window
        return torch.log1p(torch.fft.rfft(frames).abs()[..., : self.bands]).transpose(1, 2)

    def forward(self, wave):
        return self.head(self.conv(self.spectrogram(wave)).mean(dim=2))


class Stopwatch:
    """Seconds that the device took, by name. Off unless asked for; then it waits, so that the time is true."""

    def __init__(self, enabled, device):
        self.enabled, self.device = enabled, device
        self.seconds = {}

    @contextmanager
    def of(self, name):
        if not self.enabled:
            yield
            return
        self.wait()
        begin = time.perf_counter()
        yield
        self.wait()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def windows(wave):
    """All windows of a recording as one array; the last one is padded."""
    starts = range(0, max(1, len(wave) - WINDOW + HOP), HOP)
    cut = []
    for start in starts:
        piece = wave[start:start + WINDOW]
        cut.append(np.pad(piece, (0, WINDOW - len(piece))))
    return np.array(cut, dtype=np.float32)


def calibrate(logits, temperatures):
    """Divides each species' logit by a temperature that was fitted for it."""
    scale = torch.tensor([temperatures.get(name, 1.0) for name in SPECIES], device=logits.device)
    return logits / scale


class Pipeline:
    def __init__(self, model, device, batch_size=64, threshold=0.3, temperatures=None, profile=False):
        self.model, self.device = model.to(device).eval(), device
        self.batch_size, self.threshold = batch_size, threshold
        self.temperatures = temperatures or {}
        self.stopwatch = Stopwatch(profile, device)

    @torch.inference_mode()
    def predict(self, wave):
        """Probabilities of each window: windows x species, on the device."""
        cut = windows(wave)
        out = []
        for start in range(0, len(cut), self.batch_size):
            batch = torch.from_numpy(cut[start:start + self.batch_size]).to(self.device)
            with self.stopwatch.of("network"):
                logits = self.model(batch)
            out.append(F.softmax(calibrate(logits, self.temperatures), dim=1))
            if self.device.type == "cuda":
                torch.cuda.synchronize(self.device)
        return torch.cat(out)

    def merge(self, probabilities):
        """Stretches of windows in which a species stays above the threshold."""
        found, open_since = [], {}
        for i in range(len(probabilities)):
            for s, name in enumerate(SPECIES[:-1]):
                p = probabilities[i, s].item()
                if p >= self.threshold:
                    first, best = open_since.get(name, (i, 0.0))
                    open_since[name] = (first, max(best, p))
                elif name in open_since:
                    first, best = open_since.pop(name)
                    found.append({"species": name, "from": first * HOP / RATE, "to": i * HOP / RATE, "score": round(best, 4)})
        for name, (first, best) in open_since.items():
            found.append({"species": name, "from": first * HOP / RATE, "to": len(probabilities) * HOP / RATE, "score": round(best, 4)})
        return found

    def listen_until_sure(self, wave, sure=0.9):
        """Goes through a recording window by window, and stops at the first that is sure: for a quick look."""
        recent = deque(maxlen=3)
        for i, window in enumerate(windows(wave)):
            with torch.inference_mode():
                recent.append(F.softmax(self.model(torch.from_numpy(window[None]).to(self.device)), dim=1)[0])
            score, species = torch.stack(list(recent)).mean(dim=0)[:-1].max(dim=0)
            if score.item() >= sure:
                return {"species": SPECIES[int(species)], "window": i}
        return None

    def run(self, recordings, output):
        """Writes a line for each recording at once, so that what is done is kept when the run is cut off."""
        done = {json.loads(line)["name"] for line in output.read_text().splitlines()} if output.exists() else set()
        with output.open("a") as f:
            for name, wave in recordings:
                if name in done:
                    continue
                probabilities = self.predict(wave)
                loudest = probabilities[:, :-1].max(dim=0).values
                f.write(json.dumps({"name": name, "found": self.merge(probabilities), "loudest": [round(v, 4) for v in loudest.cpu().tolist()]}) + "\n")
                f.flush()


def recordings(count, seed=0):
    rng = np.random.default_rng(seed)
    for i in range(count):
        t = np.arange(int(rng.integers(3, 9) * RATE)) / RATE
        wave = rng.normal(0, 0.3, len(t))
        for _ in range(3):
            at, pitch = rng.uniform(0, t[-1]), rng.uniform(100, 900)
            wave += np.sin(2 * np.pi * pitch * t) * np.exp(-((t - at) ** 2) / 0.1)
        yield f"recording-{i:03d}", wave.astype(np.float32)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pipeline = Pipeline(Tagger(), device, args.batch_size, 0.17, {"robin": 0.8, "wren": 1.3}, args.profile)
    pipeline.run(recordings(args.count), args.output)
    for name, seconds in pipeline.stopwatch.seconds.items():
        print(f"{name}: {seconds:.2f} s", file=sys.stderr)
    return pipeline


if __name__ == "__main__":
    main()
