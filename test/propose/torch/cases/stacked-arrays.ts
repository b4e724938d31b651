import type { TorchCases } from '../harness.js';

const finding = { function: 'Replay.sample', at: 'states = ', category: 'C7', rule: 'C7-python-lock' };
const replay = (body: string, observe = 'def observe(state: np.ndarray):\n    return state * 2\n'): string => `from collections import namedtuple
import numpy as np
import torch

Step = namedtuple("Step", ("state", "action", "next_state"))

${observe}
class Replay:
    def __init__(self, steps):
        self.steps = steps

    def sample(self, count):
        batch = self.steps[:count]
${body.replaceAll(/^/gm, '        ')}
`;
const run = 'import numpy as np, train\nresult = train.Replay([train.Step(np.arange(3.0) + i, i, np.arange(3.0) - i) for i in range(4)]).sample(3)';

export const stackedArraysCases: TorchCases = {
  fires: {
    'states of steps': {
      source: replay('states = torch.tensor([s.state for s in batch], dtype=torch.float32)\nnext_states = torch.tensor([s.next_state for s in batch], dtype=torch.float32)\nactions = torch.tensor([s.action for s in batch])\nreturn states, actions, next_states'),
      finding,
      patch: [
        '-        states = torch.tensor([s.state for s in batch], dtype=torch.float32)',
        '-        next_states = torch.tensor([s.next_state for s in batch], dtype=torch.float32)',
        '+        states = torch.tensor(np.stack([s.state for s in batch]), dtype=torch.float32)',
        '+        next_states = torch.tensor(np.stack([s.next_state for s in batch]), dtype=torch.float32)',
      ],
      run,
    },
    'columns of steps': {
      source: replay('state, action, next_state = zip(*batch)\nstates = torch.FloatTensor(state)\nreturn states, torch.LongTensor(action)'),
      finding,
      patch: ['-        states = torch.FloatTensor(state)', '+        states = torch.FloatTensor(np.stack(state))'],
      run,
    },
    'arrays by what makes them': {
      source: 'import numpy as np\nimport torch\n\ndef batch(rows):\n    return torch.tensor([np.sqrt(row) for row in rows])\n',
      finding: { ...finding, function: 'batch', at: 'torch.tensor' },
      patch: ['-    return torch.tensor([np.sqrt(row) for row in rows])', '+    return torch.tensor(np.stack([np.sqrt(row) for row in rows]))'],
      run: 'import numpy as np, train\nresult = train.batch([np.arange(3.0), np.arange(3.0) + 1])',
    },
  },
  leaves: {
    'nothing says what it is': { source: replay('states = torch.tensor([s.state for s in batch], dtype=torch.float32)\nreturn states', ''), finding, because: /cannot be seen that `state` is an array/ },
    'the type would be another one': { source: replay('states = torch.tensor([s.state for s in batch])\nreturn states'), finding, because: /cannot be seen that `state` is an array/ },
    'a tensor elsewhere': { source: replay('states = torch.tensor([s.state for s in batch], dtype=torch.float32)\nreturn states', 'def observe(state: torch.Tensor):\n    return state\n'), finding, because: /cannot be seen that `state` is an array/ },
    'stacked already': { source: replay('states = torch.tensor(np.stack([s.state for s in batch]))\nreturn states'), finding },
    'lengths': { source: replay('states = torch.tensor([len(s.state) for s in batch])\nreturn states'), finding },
  },
};
