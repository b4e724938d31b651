import type { TorchCases } from '../harness.js';

const finding = { function: 'Vocab.encode', at: '.index(', category: 'C7', rule: 'C7-python-lock' };
const vocab = (body: string, init = 'self.words = ["<pad>", "<unk>"] + sorted(set(words))', more = ''): string => `import torch

class Vocab:
    def __init__(self, words):
        ${init}

    def encode(self, text):
${body.replaceAll(/^/gm, '        ')}
${more}`;
const run = 'import train\nvocab = train.Vocab("a c b a <unk>".split())\nresult = [vocab.encode("b a a c"), vocab.encode("a <unk>"), len(vocab.words)]';
const table = '+        self.words_numbers = {key: number for number, key in reversed(list(enumerate(self.words)))}';

export const numberTableCases: TorchCases = {
  fires: {
    'with a number for words that are not known': {
      source: vocab('return [self.words.index(w) if w in self.words else 1 for w in text.split()]'),
      finding,
      patch: [table, '-        return [self.words.index(w) if w in self.words else 1 for w in text.split()]', '+        return [self.words_numbers.get(w, 1) for w in text.split()]'],
      run,
    },
    'in a loop that asks first': {
      source: vocab('ids = []\nfor w in text.split():\n    if w in self.words:\n        ids.append(self.words.index(w))\nreturn torch.tensor(ids)'),
      finding,
      patch: [table, '-            if w in self.words:', '-                ids.append(self.words.index(w))', '+            if w in self.words_numbers:', '+                ids.append(self.words_numbers[w])'],
      run,
    },
    'labels of the file': {
      source: 'import torch\n\nCLASSES = ["cat", "dog", "cat"]\n\ndef labels(names):\n    return torch.tensor([CLASSES.index(name) for name in names])\n',
      finding: { ...finding, function: 'labels' },
      patch: ['+CLASSES_NUMBERS = {key: number for number, key in reversed(list(enumerate(CLASSES)))}', '-    return torch.tensor([CLASSES.index(name) for name in names])', '+    return torch.tensor([CLASSES_NUMBERS[name] for name in names])'],
      run: 'import train\nresult = train.labels(["dog", "cat"])',
    },
    'letters of one function': {
      source: 'import torch\n\ndef encode(text):\n    letters = sorted(set(text))\n    rows = []\n    for letter in text:\n        rows.append(letters.index(letter))\n    return torch.tensor(rows), len(letters)\n',
      finding: { ...finding, function: 'encode' },
      patch: ['+    letters_numbers = {key: number for number, key in reversed(list(enumerate(letters)))}', '-        rows.append(letters.index(letter))', '+        rows.append(letters_numbers[letter])'],
      run: 'import train\nresult = train.encode("banana")',
    },
  },
  leaves: {
    'it grows': { source: vocab('for w in text.split():\n    if w not in self.words:\n        self.words.append(w)\nreturn [self.words.index(w) for w in text.split()]'), finding: { ...finding, at: 'self.words.index' }, because: /`self\.words` is changed in line/ },
    'of objects': { source: vocab('return [self.words.index(w) for w in text.split()]', 'self.words = words'), finding, because: /list of texts or numbers/ },
    'another list': { source: `${vocab('return [self.words.index(w) for w in text.split()]')}\ndef more(vocab):\n    vocab.words = vocab.words + ["x"]\n`, finding, because: /is changed in line/ },
    'the error says that there is none': { source: vocab('try:\n    return [self.words.index(w) for w in text.split()]\nexcept ValueError:\n    return []'), finding, because: /may be caught/ },
    'a place in a text': { source: 'import torch\n\ndef cut(lines):\n    return [line[line.index(":"):] for line in lines]\n', finding: { ...finding, function: 'cut' } },
    'once': { source: 'import torch\n\ndef column(line):\n    names = line.split(",")\n    return names.index("label")\n', finding: { ...finding, function: 'column' }, because: /searched once/ },
  },
};
