"""python3 -m unittest tests.test_gpt"""
import unittest

import torch

from model import GPT, SIZES
from train import load_text, random_batch, train


class TestGPT(unittest.TestCase):
    def test_a_letter_does_not_see_those_after_it(self):
        torch.manual_seed(0)
        model = GPT(10, SIZES["small"]).eval()
        x = torch.randint(10, (2, 16))
        changed = x.clone()
        changed[:, 9:] = (changed[:, 9:] + 1) % 10
        with torch.no_grad():
            before, after = model(x), model(changed)
        torch.testing.assert_close(before[:, :9], after[:, :9])
        self.assertFalse(torch.allclose(before[:, 9:], after[:, 9:]))

    def test_targets_are_the_letters_that_follow(self):
        data, letters = load_text()
        x, y = random_batch(data, SIZES["small"], "cpu")
        self.assertTrue(torch.equal(x[:, 1:], y[:, :-1]))
        self.assertLess(int(y.max()), len(letters))

    def test_it_learns(self):
        _, curve, _ = train(SIZES["small"], steps=60, seed=3)
        self.assertEqual([step for step, _ in curve], [10, 20, 30, 40, 50, 60])
        self.assertLess(curve[-1][1], curve[0][1] - 0.5)


if __name__ == "__main__":
    unittest.main()
