"""The encoder as torch sees it: all-MiniLM-L6-v2 with marks on numbers and names, and two heads.

One head says which kind a number is, the other what it is about.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from summarizer.facts.choice import LABELS
from summarizer.facts.windows import GROUPS, LONGEST, MARKS

WIDTH, _INNER, _HEADS, _LAYERS = 384, 1536, 12, 6  # of all-MiniLM-L6-v2
_DEPTH = 128  # of the vectors by which numbers and names are matched
_STANDINGS = 4  # of subjects.standing
_TINY = 1e-12
_FAR = -1e4  # a score that never wins, small enough for half precision

_DROPPED = 26  # of 256 values, which a fit leaves out at random
Chance: TypeAlias = torch.Generator | None  # None: nothing is left out
Spans = tuple[Tensor, Tensor, Tensor]  # window, first piece, past piece


def _drop_out(x: Tensor, chance: Chance) -> Tensor:
    if chance is None:
        return x
    # a random byte a value takes a tenth of the time of torch's own dropout
    words = torch.empty(x.numel() // 8 + 1, dtype=torch.int64)
    words.random_(-(2**63), 2**63 - 1, generator=chance)
    kept = words.view(torch.uint8)[: x.numel()].view(x.shape) >= _DROPPED
    return x * kept / (1 - _DROPPED / 256)


class _Layer(nn.Module):
    """One layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.Linear(WIDTH, 3 * WIDTH)
        self.mixed = nn.Linear(WIDTH, WIDTH)
        self.first_norm = nn.LayerNorm(WIDTH, _TINY)
        self.wide = nn.Linear(WIDTH, _INNER)
        self.narrow = nn.Linear(_INNER, WIDTH)
        self.second_norm = nn.LayerNorm(WIDTH, _TINY)

    def forward(self, x: Tensor, bias: Tensor | None, chance: Chance) -> Tensor:
        windows, length, _ = x.shape
        shape = (windows, length, 3, _HEADS, WIDTH // _HEADS)
        query, key, value = self.attention(x).view(shape).permute(2, 0, 3, 1, 4)
        fit = query / (WIDTH // _HEADS) ** 0.5 @ key.transpose(-1, -2)
        shares = torch.softmax(fit if bias is None else fit + bias, -1)
        mixed = self.mixed((shares @ value).transpose(1, 2).reshape(x.shape))
        x = self.first_norm(x + _drop_out(mixed, chance))
        changed = self.narrow(F.gelu(self.wide(x)))
        return self.second_norm(x + _drop_out(changed, chance))


class Body(nn.Module):
    """Pieces with marks -> a vector for each piece."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.words.weight.requires_grad_(False)
        self.places = nn.Embedding(LONGEST, WIDTH)
        self.marks = nn.Embedding(len(MARKS), WIDTH)
        self.parts = nn.Embedding(2, WIDTH)  # text, title
        self.norm = nn.LayerNorm(WIDTH, _TINY)
        self.layers = nn.ModuleList([_Layer() for _ in range(_LAYERS)])

    def forward(
        self,
        pieces: Tensor,
        marks: Tensor,
        parts: Tensor,
        bias: Tensor | None = None,
        chance: Chance = None,
    ) -> Tensor:
        x = self.words(pieces) + self.places.weight[: pieces.shape[1]]
        x = self.norm(x + self.marks(marks) + self.parts(parts))
        x = _drop_out(x, chance)
        for layer in self.layers:
            x = layer(x, bias, chance)
        return x

    @torch.no_grad()
    def copy_from(self, weights: Mapping[str, Tensor], kept: Sequence[int]) -> None:
        """Start from a published BERT, of whose pieces these are kept; marks start from nothing."""
        embeddings = "embeddings.{}_embeddings.weight"
        self.words.weight.copy_(weights[embeddings.format("word")][list(kept)])
        types = weights[embeddings.format("token_type")]
        self.places.weight.copy_(weights[embeddings.format("position")][:LONGEST] + types[0])
        nn.init.zeros_(self.marks.weight)
        nn.init.zeros_(self.parts.weight)
        _copy(self.norm, weights, "embeddings.LayerNorm")
        for i, layer in enumerate(self.layers):
            name = f"encoder.layer.{i}."
            sources = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
            for part in ("weight", "bias"):
                joined = torch.cat([weights[f"{source}.{part}"] for source in sources])
                getattr(layer.attention, part).copy_(joined)
            _copy(layer.mixed, weights, name + "attention.output.dense")
            _copy(layer.first_norm, weights, name + "attention.output.LayerNorm")
            _copy(layer.wide, weights, name + "intermediate.dense")
            _copy(layer.narrow, weights, name + "output.dense")
            _copy(layer.second_norm, weights, name + "output.LayerNorm")


def _copy(module: nn.Module, weights: Mapping[str, Tensor], name: str) -> None:
    module.weight.copy_(weights[name + ".weight"])
    module.bias.copy_(weights[name + ".bias"])


class Heads(nn.Module):
    """Vectors of pieces -> the kinds of numbers, and how numbers fit names and standings."""

    def __init__(self) -> None:
        super().__init__()
        self.number = nn.Sequential(nn.Linear(2 * WIDTH, WIDTH), nn.GELU())
        self.kind = nn.Linear(WIDTH, len(LABELS))
        self.query = nn.Linear(WIDTH, _DEPTH)
        self.name = nn.Linear(2 * WIDTH, _DEPTH)
        self.group = nn.Embedding(len(GROUPS), _DEPTH)
        self.standing = nn.Embedding(_STANDINGS, _DEPTH)
        self.standing_bias = nn.Parameter(torch.zeros(_STANDINGS))
        for embedding in (self.group, self.standing):
            nn.init.normal_(embedding.weight, std=0.02)

    def forward(
        self, x: Tensor, numbers: Spans, names: Spans, groups: Tensor, chance: Chance = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of each number's labels, its queries' fit to every name, and to every standing."""
        sums = F.pad(x.cumsum(1), (0, 0, 1, 0))
        number = _drop_out(_describe(x, sums, numbers), chance)
        number = _drop_out(self.number(number), chance)
        query = self.query(number) / _DEPTH**0.5
        name = self.name(_describe(x, sums, names)) + self.group(groups)
        standing = query @ self.standing.weight.T + self.standing_bias
        return self.kind(number), query @ name.T, standing


def _describe(x: Tensor, sums: Tensor, spans: Spans) -> Tensor:
    """The first vector of each span, and the mean of its vectors."""
    window, first, past = spans
    mean = (sums[window, past] - sums[window, first]) / (past - first)[:, None]
    return torch.cat([x[window, first], mean], -1)


def subject_scores(
    names: Tensor, standings: Tensor, owners: Tensor, kinds: Tensor, fits: Tensor, named: Tensor
) -> Tensor:
    """The score of each option: all places that name it, and its standing, each give some.

    `owners` and `kinds` are each option's number and standing; `fits` and `named` are pairs of an
    option and a name.
    """
    options = len(owners)
    scores = torch.cat([standings[owners, kinds], names[owners[fits], named]])
    return log_sum(scores, torch.cat([torch.arange(options), fits]), options)


def log_sum(scores: Tensor, groups: Tensor, count: int) -> Tensor:
    """log(sum(exp(scores))) of each group."""
    highest = torch.full((count,), _FAR).scatter_reduce(0, groups, scores.detach(), "amax")
    powers = (scores - highest[groups]).exp()
    return torch.zeros(count).index_add(0, groups, powers).clamp_min(1e-20).log() + highest
