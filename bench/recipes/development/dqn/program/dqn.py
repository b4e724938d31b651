"""Deep Q-learning on a grid world, with prioritised replay and a target network that follows softly."""
from __future__ import annotations

import random
from collections import deque, namedtuple
from dataclasses import dataclass
from typing import Optional

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward", "done"))


@dataclass
class Config:
    episodes: int = 400
    batch_size: int = 64
    capacity: int = 10_000
    gamma: float = 0.97
    tau: float = 0.01
    lr: float = 1e-3
    eps_start: float = 0.9
    eps_end: float = 0.05
    eps_decay: int = 2000
    update_every: int = 1
    start_after: int = 200
    max_steps: int = 60
    seed: int = 0
    device: Optional[str] = None


class GridWorld:
    """The walker sees where it is and where the goal is; pits end the episode."""

    MOVES = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])

    def __init__(self, size: int = 7, seed: int = 0):
        self.size = size
        self.rng = np.random.default_rng(seed)
        self.pits = {(2, 2), (4, 1), (3, 5)}

    def reset(self) -> np.ndarray:
        self.at = np.array([0, 0])
        self.goal = self.rng.integers(3, self.size, 2)
        return self.observe()

    def observe(self) -> np.ndarray:
        return np.concatenate([self.at, self.goal, self.goal - self.at]).astype(np.float32) / self.size

    def step(self, action: int):
        self.at = np.clip(self.at + self.MOVES[action], 0, self.size - 1)
        if (self.at == self.goal).all():
            return self.observe(), 1.0, True
        if tuple(self.at) in self.pits:
            return self.observe(), -1.0, True
        return self.observe(), -0.01, False


class PrioritizedReplay:
    def __init__(self, capacity: int, alpha: float = 0.6, seed: int = 0):
        self.memory = deque(maxlen=capacity)
        self.priorities = deque(maxlen=capacity)
        self.alpha = alpha
        self.rng = np.random.default_rng(seed)

    def push(self, *args):
        self.memory.append(Transition(*args))
        self.priorities.append(max(self.priorities, default=1.0))

    def sample(self, batch_size: int, device):
        weights = np.array(self.priorities) ** self.alpha
        indices = self.rng.choice(len(self.memory), batch_size, p=weights / weights.sum())
        batch = [self.memory[i] for i in indices]
        states = torch.tensor([t.state for t in batch], dtype=torch.float32, device=device)
        next_states = torch.tensor([t.next_state for t in batch], dtype=torch.float32, device=device)
        actions = torch.tensor([t.action for t in batch], device=device).unsqueeze(1)
        rewards = torch.tensor([t.reward for t in batch], dtype=torch.float32, device=device)
        dones = torch.tensor([t.done for t in batch], dtype=torch.float32, device=device)
        return indices, states, actions, next_states, rewards, dones

    def update(self, indices, errors):
        for i, error in zip(indices, errors):
            self.priorities[i] = float(error) + 1e-3

    def __len__(self):
        return len(self.memory)


class QNetwork(nn.Module):
    def __init__(self, n_observations: int, n_actions: int):
        super().__init__()
        self.layer1 = nn.Linear(n_observations, 64)
        self.layer2 = nn.Linear(64, 64)
        self.value = nn.Linear(64, 1)
        self.advantage = nn.Linear(64, n_actions)

    def forward(self, x):
        x = F.relu(self.layer2(F.relu(self.layer1(x))))
        advantage = self.advantage(x)
        return self.value(x) + advantage - advantage.mean(dim=1, keepdim=True)


class Agent:
    def __init__(self, config: Config, n_observations: int = 6, n_actions: int = 4):
        self.config = config
        self.n_actions = n_actions
        self.device = torch.device(config.device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.policy_net = QNetwork(n_observations, n_actions).to(self.device)
        self.target_net = QNetwork(n_observations, n_actions).to(self.device)
        self.target_net.load_state_dict(self.policy_net.state_dict())
        self.optimizer = optim.AdamW(self.policy_net.parameters(), lr=config.lr, amsgrad=True)
        self.memory = PrioritizedReplay(config.capacity, seed=config.seed)
        self.losses = []
        self.steps_done = 0

    def select_action(self, state: np.ndarray) -> int:
        progress = np.exp(-self.steps_done / self.config.eps_decay)
        eps = self.config.eps_end + (self.config.eps_start - self.config.eps_end) * progress
        self.steps_done += 1
        if random.random() < eps:
            return random.randrange(self.n_actions)
        with torch.no_grad():
            q = self.policy_net(torch.from_numpy(state).unsqueeze(0).to(self.device))
            return q.max(1)[1].item()

    def optimize_model(self):
        if len(self.memory) < self.config.start_after:
            return
        indices, states, actions, next_states, rewards, dones = self.memory.sample(self.config.batch_size, self.device)
        q = self.policy_net(states).gather(1, actions).squeeze(1)
        # double DQN: the policy chooses, the target judges
        best = self.policy_net(next_states).argmax(dim=1, keepdim=True)
        next_q = self.target_net(next_states).gather(1, best).squeeze(1)
        expected = rewards + self.config.gamma * next_q.detach() * (1 - dones)
        errors = (q - expected).abs()
        loss = F.smooth_l1_loss(q, expected)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(self.policy_net.parameters(), 100)
        self.optimizer.step()
        self.memory.update(indices, errors.detach().cpu().numpy())
        self.losses.append(loss.item())
        self.soft_update()

    def soft_update(self):
        target_state, policy_state = self.target_net.state_dict(), self.policy_net.state_dict()
        for key in policy_state:
            target_state[key] = policy_state[key] * self.config.tau + target_state[key] * (1 - self.config.tau)
        self.target_net.load_state_dict(target_state)


def train(config: Config):
    random.seed(config.seed)
    np.random.seed(config.seed)
    torch.manual_seed(config.seed)
    env = GridWorld(seed=config.seed)
    agent = Agent(config)
    history = []
    for episode in range(config.episodes):
        state, total = env.reset(), 0.0
        agent.losses.clear()
        for t in range(config.max_steps):
            action = agent.select_action(state)
            next_state, reward, done = env.step(action)
            agent.memory.push(state, action, next_state, reward, done)
            state, total = next_state, total + reward
            if t % config.update_every == 0:
                agent.optimize_model()
            if done:
                break
        mean_loss = sum(agent.losses) / len(agent.losses) if agent.losses else 0.0
        history.append({"episode": episode, "return": round(total, 3), "loss": mean_loss, "steps": t + 1})
        if episode % 20 == 0:
            print("episode {episode}: return {return:.2f} loss {loss:.5f}".format(**history[-1]))
    return agent, history


if __name__ == "__main__":
    train(Config())
