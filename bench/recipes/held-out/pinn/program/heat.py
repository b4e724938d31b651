"""Solves the heat equation u_t = u_xx on a rod with a net (physics-informed), and compares with the exact solution."""
import argparse
import math

import numpy as np
import torch
from torch import nn
from torch.autograd import grad


class Net(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        sizes = [2] + [width] * depth + [1]
        self.linears = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        for linear in self.linears:
            nn.init.xavier_normal_(linear.weight)

    def forward(self, x, t):
        z = torch.cat([x, t], dim=1)
        for linear in self.linears[:-1]:
            z = torch.tanh(linear(z))
        return self.linears[-1](z)


def exact(x, t):
    return np.exp(-math.pi**2 * t) * np.sin(math.pi * x)


def residual(net, x, t):
    """u_t - u_xx at the given points, N x 1."""
    x = x.clone().requires_grad_(True)
    t = t.clone().requires_grad_(True)
    u = net(x, t)
    u_t, = grad(u.sum(), t, create_graph=True)
    u_x, = grad(u.sum(), x, create_graph=True)
    u_xx, = grad(u_x.sum(), x, create_graph=True)
    return u_t - u_xx


def boundary_points(n):
    """Points on the two ends of the rod and at the beginning, with the values there."""
    s = np.linspace(0, 1, n, dtype=np.float32)
    x = np.concatenate([np.zeros(n), np.ones(n), s]).astype(np.float32)
    t = np.concatenate([0.3 * s, 0.3 * s, np.zeros(n)]).astype(np.float32)
    return x[:, None], t[:, None], exact(x, t).astype(np.float32)[:, None]


class Solver:
    def __init__(self, width=32, depth=3, lr=2e-3, points=256, boundary=64, seed=0):
        torch.manual_seed(seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net = Net(width, depth).to(self.device)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.points, self.boundary = points, boundary
        self.rng = np.random.default_rng(seed)
        self.pool = self.rng.random((points, 2), dtype=np.float32) * np.array([1.0, 0.3], dtype=np.float32)
        self.curve = []

    def refresh(self):
        """Half of the collocation points stay where the residual is largest, the others are drawn anew."""
        x, t = torch.from_numpy(self.pool).to(self.device).split(1, dim=1)
        size = residual(self.net, x, t).detach().abs().squeeze(1).cpu().numpy()
        keep = np.argsort(-size)[: self.points // 2]
        fresh = self.rng.random((self.points - len(keep), 2), dtype=np.float32) * np.array([1.0, 0.3], dtype=np.float32)
        self.pool = np.concatenate([self.pool[keep], fresh])

    def train(self, steps, refresh_every=100):
        average = 0.0
        for step in range(1, steps + 1):
            xb, tb, ub = (torch.from_numpy(one).to(self.device) for one in boundary_points(self.boundary))
            x, t = torch.from_numpy(self.pool).to(self.device).split(1, dim=1)
            loss_pde = residual(self.net, x, t).pow(2).mean()
            loss_boundary = (self.net(xb, tb) - ub).pow(2).mean()
            loss = loss_pde + 10 * loss_boundary
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            average = 0.95 * average + 0.05 * loss.item()
            if step % 50 == 0:
                self.curve.append(float(average))
                print(f"{step:5d} pde {loss_pde.item():.3e} boundary {loss_boundary.item():.3e} average {float(average):.3e}")
            if step % refresh_every == 0:
                self.refresh()
        return self.curve

    def error(self, n=50):
        """Relative error of u on a grid."""
        x, t = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 0.3, n))
        xs = torch.from_numpy(x.reshape(-1, 1).astype(np.float32)).to(self.device)
        ts = torch.from_numpy(t.reshape(-1, 1).astype(np.float32)).to(self.device)
        u = self.net(xs, ts)
        difference = u.detach().cpu().numpy().reshape(n, n) - exact(x, t)
        return float(np.linalg.norm(difference) / np.linalg.norm(exact(x, t)))

    def worst_residual(self, n=20):
        x, t = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 0.3, n))
        xs = torch.from_numpy(x.reshape(-1, 1).astype(np.float32)).to(self.device)
        ts = torch.from_numpy(t.reshape(-1, 1).astype(np.float32)).to(self.device)
        return residual(self.net, xs, ts).abs().max().item()


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--points", type=int, default=256)
    parser.add_argument("--refresh-every", type=int, default=500)
    args = parser.parse_args(argv)
    solver = Solver(width=args.width, points=args.points)
    solver.train(args.steps, args.refresh_every)
    report = {"error": solver.error(), "residual": solver.worst_residual(), "curve": solver.curve}
    print(report)
    return solver, report


if __name__ == "__main__":
    main()
