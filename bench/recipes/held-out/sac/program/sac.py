import copy
import random
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal

Transition = namedtuple("Transition", "state action reward next_state mask")


class Pendulum:
    """A pendulum that is to be swung up; 200 steps an episode."""

    def __init__(self, seed=0):
        self.rng = np.random.RandomState(seed)

    def observe(self):
        angle, spin = self.state
        return np.array([np.cos(angle), np.sin(angle), spin], dtype=np.float32)

    def reset(self):
        self.state = self.rng.uniform([-np.pi, -1.0], [np.pi, 1.0])
        self.t = 0
        return self.observe()

    def step(self, action):
        angle, spin = self.state
        torque = float(np.clip(action[0], -1, 1)) * 2
        wrapped = (angle + np.pi) % (2 * np.pi) - np.pi
        cost = wrapped**2 + 0.1 * spin**2 + 0.001 * torque**2
        spin = np.clip(spin + (15.0 * np.sin(angle) + 3.0 * torque) * 0.05, -8, 8)
        self.state = np.array([angle + spin * 0.05, spin])
        self.t += 1
        return self.observe(), -cost, self.t >= 200


class ReplayMemory:
    def __init__(self, capacity, seed):
        random.seed(seed)
        self.buffer = deque(maxlen=capacity)

    def push(self, *args):
        self.buffer.append(Transition(*args))

    def sample(self, batch_size):
        return Transition(*map(np.stack, zip(*random.sample(self.buffer, batch_size))))

    def __len__(self):
        return len(self.buffer)


def mlp(inputs, outputs, hidden):
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


class GaussianPolicy(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.net = mlp(3, 2, hidden)

    def sample(self, state):
        mean, log_std = self.net(state).chunk(2, dim=-1)
        normal = Normal(mean, log_std.clamp(-20, 2).exp())
        x = normal.rsample()
        action = torch.tanh(x)
        log_prob = (normal.log_prob(x) - torch.log(1 - action.pow(2) + 1e-6)).sum(-1, keepdim=True)
        return action, log_prob, torch.tanh(mean)


class TwinQ(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.q1, self.q2 = mlp(4, 1, hidden), mlp(4, 1, hidden)

    def forward(self, state, action):
        xu = torch.cat([state, action], 1)
        return self.q1(xu), self.q2(xu)


def soft_update(target, source, tau):
    for target_param, param in zip(target.parameters(), source.parameters()):
        target_param.data.copy_(target_param.data * (1.0 - tau) + param.data * tau)


class SAC:
    def __init__(self, hidden=128, gamma=0.99, tau=0.005, lr=3e-4):
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.gamma, self.tau, self.target_entropy = gamma, tau, -1.0
        self.critic = TwinQ(hidden).to(self.device)
        self.critic_target = copy.deepcopy(self.critic)
        self.policy = GaussianPolicy(hidden).to(self.device)
        self.log_alpha = torch.zeros(1, requires_grad=True, device=self.device)
        self.critic_optim = torch.optim.Adam(self.critic.parameters(), lr=lr)
        self.policy_optim = torch.optim.Adam(self.policy.parameters(), lr=lr)
        self.alpha_optim = torch.optim.Adam([self.log_alpha], lr=lr)
        self.alpha = 1.0
        self.losses = []

    def select_action(self, state, evaluate=False):
        state = torch.FloatTensor(state).to(self.device).unsqueeze(0)
        with torch.no_grad():
            action, _, mean = self.policy.sample(state)
        return (mean if evaluate else action).cpu().numpy()[0]

    def update_parameters(self, memory, batch_size):
        state, action, reward, next_state, mask = (torch.from_numpy(one.astype(np.float32)).to(self.device) for one in memory.sample(batch_size))
        next_action, next_log_pi, _ = self.policy.sample(next_state)
        target1, target2 = self.critic_target(next_state, next_action)
        min_target = torch.min(target1, target2) - self.alpha * next_log_pi
        next_q = (reward.unsqueeze(1) + mask.unsqueeze(1) * self.gamma * min_target).detach()
        q1, q2 = self.critic(state, action)
        critic_loss = F.mse_loss(q1, next_q) + F.mse_loss(q2, next_q)
        self.critic_optim.zero_grad()
        critic_loss.backward()
        self.critic_optim.step()

        pi, log_pi, _ = self.policy.sample(state)
        policy_loss = (self.alpha * log_pi - torch.min(*self.critic(state, pi))).mean()
        self.policy_optim.zero_grad()
        policy_loss.backward()
        self.policy_optim.step()

        alpha_loss = -(self.log_alpha * (log_pi + self.target_entropy).detach()).mean()
        self.alpha_optim.zero_grad()
        alpha_loss.backward()
        self.alpha_optim.step()
        self.alpha = self.log_alpha.exp().item()

        soft_update(self.critic_target, self.critic, self.tau)
        self.losses.append((critic_loss.item(), policy_loss.item()))

    def summary(self):
        critic, policy = zip(*self.losses)
        self.losses.clear()
        return {"critic": sum(critic) / len(critic), "policy": sum(policy) / len(policy), "alpha": float(self.alpha)}


def train(episodes=100, batch_size=256, start=1000, capacity=100000, hidden=128, limit=200):
    torch.manual_seed(0)
    env, agent, memory = Pendulum(), SAC(hidden), ReplayMemory(capacity, seed=0)
    history = []
    for episode in range(episodes):
        state, done, total, t = env.reset(), False, 0.0, 0
        while not done and t < limit:
            action = agent.select_action(state) if len(memory) > start else env.rng.uniform(-1, 1, 1).astype(np.float32)
            if len(memory) > batch_size:
                agent.update_parameters(memory, batch_size)
            next_state, reward, done = env.step(action)
            memory.push(state, action, np.float32(reward), next_state, np.float32(1 - done))
            state, total, t = next_state, total + reward, t + 1
        entry = {"episode": episode, "reward": float(total)}
        if agent.losses:
            entry.update(agent.summary())
        history.append(entry)
        print(entry)
    return agent, history


if __name__ == "__main__":
    train()
