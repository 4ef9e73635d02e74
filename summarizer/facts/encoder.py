"""WINDOWS -> READINGS: the encoder, a small network that reads a number with the words around it.

It is all-MiniLM-L6-v2 (Apache-2.0) fitted on labelled numbers by `python -m eval train encoder`;
`data/encoder.onnx` holds its weights, its vocabulary and its labels. Only this file imports
onnxruntime and numpy, which the extra `[reader]` installs.
"""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from summarizer.facts.reading import Reading
from summarizer.facts.windows import Place, Window
from summarizer.facts.wordpiece import Vocabulary

WEIGHTS = Path(__file__).parents[1] / "data" / "encoder.onnx"


class Encoder:
    """The network of one file."""

    def __init__(self, path: Path):
        import onnxruntime  # takes 0.2 s to import, and is an extra

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # a process a core
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        about = self._session.get_modelmeta().custom_metadata_map
        self.labels: list[str] = about["labels"].split("\n")
        self.marks: list[str] = about["marks"].split("\n")
        self.vocabulary = Vocabulary(about["pieces"].split("\n"))

    def read(self, window: Window) -> Iterable[tuple[int, Reading]]:
        """Each number of the window, by the index of its candidate, as the encoder reads it."""
        places = list(dict.fromkeys(chain(*window.names.values()))) or [Place(0, 1, 0)]
        parts = [1] * window.title + [0] * (len(window.pieces) - window.title)
        kinds, fits, standings = self._run(
            pieces=[window.pieces],
            marks=[window.marks],
            parts=[parts],
            first_numbers=[first for _, first, _ in window.numbers],
            past_numbers=[past for _, _, past in window.numbers],
            first_names=[place.first for place in places],
            past_names=[place.past for place in places],
            groups=[place.group for place in places],
        )
        at = {place: i for i, place in enumerate(places)}
        for row, (i, _, _) in enumerate(window.numbers):
            names = {
                subject: [fits[row][at[place]] for place in some]
                for subject, some in window.names.items()
            }
            labelled = dict(zip(self.labels, kinds[row], strict=True))
            yield i, Reading(labelled, names, standings[row])

    def _run(self, **inputs: list[int] | list[list[int]]) -> list[list[list[float]]]:
        import numpy as np  # an extra, as onnxruntime is

        arrays = {name: np.array(values, np.int64) for name, values in inputs.items()}
        return [output.tolist() for output in self._session.run(None, arrays)]
