"""Encoder -> the file that the package ships: an ONNX graph with 8-bit weights.

Its metadata hold the vocabulary, the labels and the marks that it was fitted with.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from eval.train.network import Body, Heads
from summarizer.facts.choice import LABELS
from summarizer.facts.windows import MARKS

_OUTPUTS = ("kinds", "fits", "standings")
_SOURCE = "fitted from all-MiniLM-L6-v2, Apache-2.0, https://huggingface.co/sentence-transformers"


class _Graph(nn.Module):
    """The encoder as the product calls it: one window, by the names of Encoder.read."""

    def __init__(self, body: Body, heads: Heads):
        super().__init__()
        self.body, self.heads = body, heads

    def forward(
        self,
        pieces: Tensor,
        marks: Tensor,
        parts: Tensor,
        first_numbers: Tensor,
        past_numbers: Tensor,
        first_names: Tensor,
        past_names: Tensor,
        groups: Tensor,
    ) -> tuple[Tensor, ...]:
        numbers = torch.zeros_like(first_numbers), first_numbers, past_numbers
        names = torch.zeros_like(first_names), first_names, past_names
        scores: tuple[Tensor, ...] = self.heads(
            self.body(pieces, marks, parts), numbers, names, groups
        )
        return scores


def write_encoder(body: Body, heads: Heads, pieces: Sequence[str], path: Path) -> None:
    """Writes the encoder with 8-bit weights; sums stay in 32 bits."""
    window, spans = torch.zeros(1, 100, dtype=torch.long), torch.arange(1, 6)
    example = (window, window, window, spans[:4], spans[:4] + 1, spans, spans + 1, spans)
    sizes = {name: {1: "length"} for name in ("pieces", "marks", "parts")}
    sizes |= {name: {0: "numbers"} for name in ("first_numbers", "past_numbers")}
    sizes |= {name: {0: "names"} for name in ("first_names", "past_names", "groups")}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            _Graph(body, heads).eval(),
            example,
            str(whole),
            input_names=list(sizes),
            output_names=list(_OUTPUTS),
            dynamic_axes=sizes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            whole,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,  # so that processors without VNNI give the same answers
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )
    model = onnx.load(path)
    about = {"labels": LABELS, "marks": MARKS, "pieces": pieces, "source": [_SOURCE]}
    onnx.helper.set_model_props(model, {name: "\n".join(lines) for name, lines in about.items()})
    onnx.save(model, path)
