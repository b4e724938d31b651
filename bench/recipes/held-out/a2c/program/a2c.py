"""Advantage actor-critic on a few carts with a pole each, all stepped at once."""
import argparse
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class CartPoles:
    """The usual cart with a pole, `n` of them. Those that fall start again."""

    def __init__(self, n, seed):
        self.n = n
        self.rng = np.random.default_rng(seed)
        self.state = self.fresh(n)
        self.lengths, self.finished = np.zeros(n, dtype=int), []

    def fresh(self, n):
        return self.rng.uniform(-0.05, 0.05, (n, 4))

    def observation(self):
        return self.state.astype(np.float32)

    def step(self, actions):
        x, v, angle, spin = self.state.T
        force = np.where(actions == 1, 10.0, -10.0)
        push = (force + 0.05 * spin**2 * np.sin(angle)) / 1.1
        turn = (9.8 * np.sin(angle) - np.cos(angle) * push) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        move = push - 0.05 * turn * np.cos(angle) / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * move, angle + 0.02 * spin, spin + 0.02 * turn], axis=1)
        self.lengths += 1
        fallen = (np.abs(self.state[:, 0]) > 2.4) | (np.abs(self.state[:, 2]) > math.radians(12)) | (self.lengths >= 500)
        self.finished += self.lengths[fallen].tolist()
        self.lengths[fallen] = 0
        self.state[fallen] = self.fresh(fallen.sum())
        return self.observation(), np.ones(self.n, dtype=np.float32), fallen.astype(np.float32)


class ActorCritic(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.actor, self.critic = nn.Linear(hidden, 2), nn.Linear(hidden, 1)

    def forward(self, obs):
        h = self.body(obs)
        return Categorical(logits=self.actor(h)), self.critic(h).squeeze(-1)


class RolloutStorage:
    def __init__(self):
        self.clear()

    def clear(self):
        self.obs, self.actions, self.rewards, self.dones = [], [], [], []

    def append(self, obs, action, reward, done):
        self.obs.append(obs)
        self.actions.append(action)
        self.rewards.append(reward)
        self.dones.append(done)

    def tensors(self):
        """T x N each, observations T x N x 4."""
        obs = torch.FloatTensor(self.obs).to(device)
        actions = torch.stack(self.actions)
        rewards = torch.from_numpy(np.stack(self.rewards)).to(device)
        dones = torch.from_numpy(np.stack(self.dones)).to(device)
        return obs, actions, rewards, dones


def discounted(rewards, dones, last, gamma):
    """The return of each step, from the last one backwards."""
    returns = torch.zeros_like(rewards)
    running = last
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running * (1 - dones[t])
        returns[t] = running
    return returns


def gradient_norms(model):
    """Of each parameter's gradient, for the histogram in the report."""
    norms = {}
    for name, p in model.named_parameters():
        norms[name] = p.grad.data.norm(2).item()
    return norms


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--envs", type=int, default=16)
    parser.add_argument("--updates", type=int, default=2000)
    parser.add_argument("--rollout", type=int, default=8)
    parser.add_argument("--gamma", type=float, default=0.99)
    parser.add_argument("--report", type=int, default=100)
    args = parser.parse_args(argv)
    torch.manual_seed(3)
    env = CartPoles(args.envs, seed=3)
    model = ActorCritic().to(device)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=2e-3, eps=1e-5)
    storage, obs = RolloutStorage(), env.observation()
    reports, entropy_sum, norms = [], 0.0, {}
    for update in range(1, args.updates + 1):
        storage.clear()
        for _ in range(args.rollout):
            with torch.no_grad():
                dist, _ = model(torch.from_numpy(obs).to(device))
                action = dist.sample()
            next_obs, reward, done = env.step(action.cpu().numpy())
            storage.append(obs, action, reward, done)
            obs = next_obs
        states, actions, rewards, dones = storage.tensors()
        _, last_value = model(torch.from_numpy(obs).to(device))
        returns = discounted(rewards, dones, last_value.detach(), args.gamma)
        dist, values = model(states)
        advantage = returns - values
        entropy = dist.entropy().mean()
        loss = -(dist.log_prob(actions) * advantage.detach()).mean() + 0.5 * advantage.pow(2).mean() - 0.01 * entropy
        optimizer.zero_grad()
        loss.backward()
        norms = gradient_norms(model)
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        entropy_sum += entropy.data.cpu().numpy()
        if update % args.report == 0:
            recent = env.finished[-50:]
            reports.append({"update": update, "length": sum(recent) / max(len(recent), 1), "entropy": float(entropy_sum / args.report), "largest": max(norms, key=norms.get)})
            print(reports[-1])
            entropy_sum = 0.0
    return model, reports, norms


if __name__ == "__main__":
    main()
