"""Denoising diffusion on small images: schedule, network, training and sampling in one module."""
import math
from typing import List, Optional

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


def default(value, fallback):
    return fallback if value is None else value


def cosine_beta_schedule(timesteps, s=0.008):
    x = torch.linspace(0, timesteps, timesteps + 1)
    alphas_cumprod = torch.cos(((x / timesteps) + s) / (1 + s) * torch.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    return torch.clip(1 - alphas_cumprod[1:] / alphas_cumprod[:-1], 0.0001, 0.9999)


def extract(a, t, x_shape):
    batch_size = t.shape[0]
    out = a.gather(-1, t.cpu())
    return out.reshape(batch_size, *((1,) * (len(x_shape) - 1))).to(t.device)


class SinusoidalPositionEmbeddings(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):
        half_dim = self.dim // 2
        embeddings = math.log(10000) / (half_dim - 1)
        embeddings = torch.exp(torch.arange(half_dim, device=time.device) * -embeddings)
        embeddings = time[:, None] * embeddings[None, :]
        return torch.cat((embeddings.sin(), embeddings.cos()), dim=-1)


class Block(nn.Module):
    def __init__(self, channels_in, channels, time_dim):
        super().__init__()
        self.time = nn.Linear(time_dim, channels)
        self.conv1 = nn.Conv2d(channels_in, channels, 3, padding=1)
        self.norm1 = nn.GroupNorm(4, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(4, channels)

    def forward(self, x, t):
        h = F.silu(self.norm1(self.conv1(x)))
        h = h + self.time(t)[:, :, None, None]
        return F.silu(self.norm2(self.conv2(h)))


class Denoiser(nn.Module):
    def __init__(self, channels=1, width=16, time_dim=32):
        super().__init__()
        self.time_mlp = nn.Sequential(SinusoidalPositionEmbeddings(time_dim), nn.Linear(time_dim, time_dim), nn.SiLU())
        self.enter = Block(channels, width, time_dim)
        self.down = Block(width, 2 * width, time_dim)
        self.up = Block(3 * width, width, time_dim)
        self.leave = nn.Conv2d(width, channels, 1)

    def forward(self, x, time):
        t = self.time_mlp(time)
        high = self.enter(x, t)
        low = self.down(F.avg_pool2d(high, 2), t)
        return self.leave(self.up(torch.cat([high, F.interpolate(low, scale_factor=2.0)], dim=1), t))


class Diffusion:
    def __init__(self, timesteps=200, device="cpu"):
        self.timesteps = timesteps
        self.device = device
        # define beta schedule, and all that follows from it
        betas = cosine_beta_schedule(timesteps)
        alphas = 1.0 - betas
        alphas_cumprod = torch.cumprod(alphas, axis=0)
        alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
        self.betas = betas
        self.sqrt_recip_alphas = torch.sqrt(1.0 / alphas)
        self.sqrt_alphas_cumprod = torch.sqrt(alphas_cumprod)
        self.sqrt_one_minus_alphas_cumprod = torch.sqrt(1.0 - alphas_cumprod)
        self.posterior_variance = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)

    def q_sample(self, x_start, t, noise):
        return extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise

    def p_losses(self, denoise_model, x_start, t, noise=None):
        noise = default(noise, torch.randn_like(x_start))
        return F.smooth_l1_loss(denoise_model(self.q_sample(x_start, t, noise), t), noise)

    @torch.no_grad()
    def p_sample(self, model, x, t, t_index):
        betas_t = extract(self.betas, t, x.shape)
        mean = extract(self.sqrt_recip_alphas, t, x.shape) * (x - betas_t * model(x, t) / extract(self.sqrt_one_minus_alphas_cumprod, t, x.shape))
        if t_index == 0:
            return mean
        noise = torch.randn_like(x)
        return mean + torch.sqrt(extract(self.posterior_variance, t, x.shape)) * noise

    @torch.no_grad()
    def sample(self, model, shape, trace: Optional[List[float]] = None):
        model.eval()
        img = torch.randn(shape).to(self.device)
        for i in reversed(range(0, self.timesteps)):
            img = self.p_sample(model, img, torch.full((shape[0],), i, dtype=torch.long).to(self.device), i)
            if trace is not None:
                trace.append(img.abs().mean().item())
        return img.clamp(-1, 1)


def make_images(count, size=16, seed=0):
    """Discs of one grey on black, from -1 to 1."""
    rng = np.random.default_rng(seed)
    grid = np.arange(size)
    x, y, r = rng.uniform(5, size - 5, count), rng.uniform(5, size - 5, count), rng.uniform(2, 5, count)
    inside = (grid[None, None, :] - x[:, None, None]) ** 2 + (grid[None, :, None] - y[:, None, None]) ** 2 < r[:, None, None] ** 2
    return torch.from_numpy((inside * 2.0 - 1.0).astype(np.float32)).unsqueeze(1)


def train(diffusion, model, images, epochs, batch_size=32, lr=1e-3, cap=5.0, report=print):
    device = diffusion.device
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loader = DataLoader(TensorDataset(images), batch_size=batch_size, shuffle=True)
    history = []
    for epoch in range(epochs):
        model.train()
        seen = []
        for step, (batch,) in enumerate(loader):
            optimizer.zero_grad()
            batch = batch.to(device)
            # sample t uniformly for every example in the batch
            t = torch.randint(0, diffusion.timesteps, (batch.shape[0],)).long().to(device)
            loss = diffusion.p_losses(model, batch, t)
            if loss.item() > cap:
                report(f"epoch {epoch} step {step}: loss above {cap}, left out")
                continue
            loss.backward()
            optimizer.step()
            seen.append(loss.detach())
            torch.cuda.empty_cache()
        history.append(torch.stack(seen).mean().item())
        report(f"epoch {epoch}: {history[-1]:.5f}")
    return history


def main(count=2048, epochs=10, timesteps=200, samples=16, seed=0):
    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    diffusion = Diffusion(timesteps, device)
    model = Denoiser().to(device)
    history = train(diffusion, model, make_images(count), epochs)
    trace = []
    images = diffusion.sample(model, (samples, 1, 16, 16), trace)
    return history, images.cpu(), trace, model


if __name__ == "__main__":
    main()
