"""Wasserstein GAN with gradient penalty on points of eight clusters in the plane."""
import argparse
import math

import torch
from torch import nn, optim


def real_points(n, generator):
    which = torch.randint(0, 8, (n,), generator=generator)
    angle = which.float() * (2 * math.pi / 8)
    centres = torch.stack([angle.cos(), angle.sin()], dim=1) * 2
    return centres + 0.05 * torch.randn(n, 2, generator=generator)


def mlp(inputs, hidden, outputs):
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.LeakyReLU(0.2),
        nn.Linear(hidden, hidden), nn.LeakyReLU(0.2),
        nn.Linear(hidden, outputs),
    )


class GAN:
    def __init__(self, opt):
        self.opt = opt
        self.dev = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(opt.seed)
        self.netG = mlp(opt.nz, opt.hidden, 2).to(self.dev)
        self.netD = mlp(2, opt.hidden, 1).to(self.dev)
        self.optG = optim.Adam(self.netG.parameters(), lr=opt.lr, betas=(0.5, 0.9))
        self.optD = optim.Adam(self.netD.parameters(), lr=opt.lr, betas=(0.5, 0.9))
        self.data = torch.Generator().manual_seed(opt.seed + 1)
        self.fixed = torch.randn(64, opt.nz, generator=torch.Generator().manual_seed(9)).to(self.dev)

    def gradient_penalty(self, real, fake):
        mix = torch.rand(real.size(0), 1, device=self.dev)
        between = (mix * real + (1 - mix) * fake).requires_grad_(True)
        score = self.netD(between)
        grad, = torch.autograd.grad(score.sum(), between, create_graph=True)
        return ((grad.norm(2, dim=1) - 1) ** 2).mean()

    def critic_step(self, real):
        z = torch.randn(real.size(0), self.opt.nz, device=self.dev)
        fake = self.netG(z).detach()
        self.optD.zero_grad()
        distance = self.netD(real).mean() - self.netD(fake).mean()
        loss = -distance + 10 * self.gradient_penalty(real, fake)
        loss.backward()
        self.optD.step()
        return distance

    def train_critic(self, limit):
        """Trains the critic until it tells real from generated points apart, for at most `limit` steps."""
        steps = 0
        while steps < limit:
            real = real_points(self.opt.batch, self.data).to(self.dev)
            distance = self.critic_step(real)
            steps += 1
            if distance.item() > self.opt.enough:
                break
        return steps

    def generator_step(self):
        z = torch.randn(self.opt.batch, self.opt.nz, device=self.dev)
        self.optG.zero_grad()
        loss = -self.netD(self.netG(z)).mean()
        loss.backward()
        self.optG.step()
        return loss

    def train(self):
        curve, critic_steps = [], []
        for epoch in range(self.opt.epochs):
            lossG = 0
            for it in range(self.opt.iters):
                critic_steps.append(self.train_critic(self.opt.critic))
                errG = self.generator_step()
                lossG = lossG + errG.item()
            curve.append(lossG / self.opt.iters)
            print("[%d/%d] Loss_G: %.4f spread: %.3f" % (epoch, self.opt.epochs, curve[-1], self.spread()))
        return curve, critic_steps

    def spread(self):
        points = self.netG(self.fixed)
        return points.std(dim=0).mean().item()

    def coverage(self, draws):
        """The part of the clusters that generated points come near to."""
        centres = torch.tensor([[2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)] for k in range(8)]).to(self.dev)
        found = torch.zeros(8, dtype=torch.bool, device=self.dev)
        for _ in range(draws):
            points = self.netG(self.fixed)
            near = torch.cdist(points, centres) < 1.5
            found |= near.any(dim=0)
        return found.float().mean().item()


def options(argv=None):
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=30)
    p.add_argument("--iters", type=int, default=100)
    p.add_argument("--critic", type=int, default=5)
    p.add_argument("--enough", type=float, default=1.0)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--hidden", type=int, default=64)
    p.add_argument("--nz", type=int, default=4)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--seed", type=int, default=0)
    return p.parse_args(argv)


if __name__ == "__main__":
    gan = GAN(options())
    gan.train()
    print("coverage:", gan.coverage(4))
