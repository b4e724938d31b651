#!/usr/bin/env python
# coding: utf-8

# # A variational autoencoder on handwritten strokes
# Exported from a notebook.

# In[1]:

import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
epochs = int(os.environ.get("EPOCHS", "10"))
samples = int(os.environ.get("SAMPLES", "4096"))

# In[2]: strokes are random walks, drawn on a grid of 16 x 16


def draw_stroke(generator):
    canvas = torch.zeros(16, 16)
    position = torch.tensor([8, 8])
    for move in torch.randint(-1, 2, (24, 2), generator=generator):
        position = (position + move).clamp(0, 15)
        canvas[position[0], position[1]] = 1.0
    return canvas.flatten()


generator = torch.Generator().manual_seed(3)
images = torch.stack([draw_stroke(generator) for _ in range(samples)])
loader = DataLoader(TensorDataset(images), batch_size=32, shuffle=True)

# In[3]: the model


class VAE(nn.Module):
    def __init__(self, hidden=64, latent=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(256, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, 256))

    def forward(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return self.decoder(z), mean, log_variance


model = VAE().to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

# In[4]: training

history = []
active_units = []
beta = 0.0
for epoch in range(epochs):
    epoch_loss = 0.0
    epoch_kl = 0.0
    for step, (batch,) in enumerate(loader):
        batch = batch.to(device)
        weights = torch.tensor([1.0 if i % 16 < 8 else 0.5 for i in range(256)]).to(device)
        reconstruction, mean, log_variance = model(batch)
        likelihood = (F.binary_cross_entropy_with_logits(reconstruction, batch, reduction="none") * weights).sum(1).mean()
        kl = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum(1).mean()
        loss = likelihood + beta * kl
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
        # The weight of the divergence follows how large it is (controlled capacity).
        divergence = kl.item()
        beta = min(1.0, beta + 0.01) if divergence > 0.5 else max(0.0, beta - 0.005)
        if step % 50 == 0:
            print(f"{epoch:3d}:{step:4d} loss {loss.item():.3f} beta {beta:.3f}")
    history.append(epoch_loss / len(loader))
    active_units.append(float((mean.var(dim=0) > 0.01).sum()))

# In[5]: reconstruction error by image, for the table in the report

model.eval()
errors = []
for image in images[:64]:
    reconstruction, _, _ = model(image.unsqueeze(0).to(device))
    error = F.binary_cross_entropy_with_logits(reconstruction, image.unsqueeze(0).to(device))
    errors.append(error.item())
worst = sorted(range(len(errors)), key=lambda i: -errors[i])[:5]
print("worst:", worst)

# In[6]: which pixels matter to the first latent unit

probe = images[:8].to(device).requires_grad_(True)
_, mean, _ = model(probe)
mean[:, 0].sum().backward()
saliency = probe.grad.abs().mean(0)
print("most salient pixel:", int(saliency.argmax()))
