import type { TorchCases } from '../harness.js';

const finding = { function: 'train', at: 'torch.save(', category: 'C1', rule: 'C1-host-bound' };
const script = (save: string, more = '', head = ''): string => `import os
import torch

${head}def train(model, path, steps):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(steps):
        loss = model(torch.ones(2, 3)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 2 == 1:
${save.replaceAll(/^/gm, '            ')}
${more}    return loss.item()
`;
const state = '{"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "loss": loss}';
const helper = (writes: string[]): string[] => [
  '+_writer = concurrent.futures.ThreadPoolExecutor(max_workers=1)',
  '+_writes = []',
  '+',
  '+',
  '+def finish_writing():',
  '+    """Waits until the last file is complete."""',
  '+    while _writes:',
  '+        _writes.pop().result()',
  '+',
  '+',
  ...writes,
  '+',
  '+',
  '+def on_host(value):',
  '+    """A copy of a state, its tensors on the host."""',
  '+    if isinstance(value, torch.Tensor):',
  '+        return value.detach().to("cpu", copy=True)',
  '+    if isinstance(value, dict):',
  '+        copied = copy.copy(value)',
  '+        copied.update((key, on_host(one)) for key, one in value.items())',
  '+        return copied',
  '+    if type(value) in (list, tuple):',
  '+        return type(value)(on_host(one) for one in value)',
  '+    return copy.deepcopy(value)',
  '+',
  '+',
];
const plain = ['+def write_behind(state, path):', '+    """Writes a copy of the state while the program goes on; one file after the other."""', '+    finish_writing()', '+    _writes.append(_writer.submit(torch.save, on_host(state), path))'];
const imports = ['+import concurrent.futures', '+import copy'];
/** What each file holds when the function has returned, and that nothing is left over. */
const run = (names: string): string => `import os, torch, train
torch.manual_seed(1)
loss = train.train(torch.nn.Linear(3, 2), "weights", 6)
result = [loss, sorted(one for one in os.listdir(".") if one.startswith("weights")), [torch.load(one) for one in (${names})]]
result = [result[0], result[1], [[one["step"], one["loss"].item(), one["model"]["weight"].tolist(), one["optimizer"]["state"][0]["momentum_buffer"].tolist()] for one in result[2]]]`;

export const writtenBehindCases: TorchCases = {
  fires: {
    'a file for each time': {
      source: script(`torch.save(${state}, f"{path}-{step}.pt")`),
      finding,
      patch: [...imports, ...helper(plain), `-            torch.save(${state}, f"{path}-{step}.pt")`, `+            write_behind(${state}, f"{path}-{step}.pt")`, '+    finish_writing()'],
      run: run('"weights-1.pt", "weights-3.pt", "weights-5.pt"'),
    },
    'renamed when it is complete': {
      source: script(`state = ${state}\ntorch.save(state, path + ".tmp")\nos.replace(path + ".tmp", path)`),
      finding,
      patch: [
        ...imports,
        ...helper([
          '+def write_behind(state, path, name):',
          '+    """Writes a copy of the state to the path, and gives the file its name, while the program goes on; one write after the other."""',
          '+    def write(copied):',
          '+        torch.save(copied, path)',
          '+        os.replace(path, name)',
          '+',
          '+    finish_writing()',
          '+    _writes.append(_writer.submit(write, on_host(state)))',
        ]),
        '-            torch.save(state, path + ".tmp")',
        '-            os.replace(path + ".tmp", path)',
        '+            write_behind(state, path + ".tmp", path)',
        '+    finish_writing()',
      ],
      run: run('"weights",'),
    },
    'by a function': {
      source: `import torch\n\ndef save(model, step, path):\n    state = {"model": model.state_dict(), "step": step}\n    torch.save(state, path)\n    print("saved", path)\n\ndef train(model, path, steps):\n    for step in range(steps):\n        with torch.no_grad():\n            model.weight += 1\n        save(model, step, path)\n    save(model, steps, path + ".last")\n    return model.weight.sum()\n`,
      finding: { ...finding, function: 'save' },
      patch: [...imports, ...helper(plain), '-    torch.save(state, path)', '+    write_behind(state, path)', '+    finish_writing()', '+    finish_writing()'],
      run: 'import torch, train\ntorch.manual_seed(1)\nout = train.train(torch.nn.Linear(3, 2), "weights", 3)\nresult = [out, [[torch.load(one)["step"], torch.load(one)["model"]["weight"].tolist()] for one in ("weights", "weights.last")]]',
    },
  },
  leaves: {
    'read again in the loop': { source: script(`torch.save(${state}, path)\nmodel.load_state_dict(torch.load(path)["model"])`), finding, because: /line 13 may look at the file/i },
    'other ranks wait for it': { source: script(`torch.save(${state}, path)\ntorch.distributed.barrier()`), finding, because: /line 13 may look at the file/i },
    'sent away': { source: script(`torch.save(${state}, path)\nos.system("cp " + path + " /mnt")`), finding, because: /line 13 may look at the file/i },
    'looked at by what the loop calls': { source: script(`torch.save(${state}, path)\nold(path)`, '', 'def old(path):\n    if os.path.exists(path):\n        print(path)\n\n'), finding, because: /line 5 may look at the file/i },
    'the function may end in the loop': { source: script(`torch.save(${state}, path)\nif loss < 0:\n    return path`), finding, because: /ends the loop/ },
    'written once': { source: script('pass', '    torch.save({"model": model.state_dict()}, path)\n'), finding, because: /written once/ },
    'to a file that is open': { source: script(`with open(path, "wb") as f:\n    torch.save(${state}, f)`), finding, because: /file that is open/ },
    'the model as a whole': { source: script('torch.save(model, path)'), finding, because: /cannot be seen what is written/ },
    'an error is handled': { source: script(`try:\n    torch.save(${state}, path)\nexcept OSError:\n    print("disk full")`), finding, because: /error of the write is handled/ },
    'a finding about something else': { source: script(`torch.save(${state}, path)`), finding: { ...finding, at: 'loss.backward()' } },
  },
};
