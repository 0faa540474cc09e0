"""The shapes a dataset can have. To add one: write its file, add its line, describe it in docs/dataset.md."""

from archive.export.convokit import CONVOKIT
from archive.export.documents import DOCUMENTS
from archive.export.messages import MESSAGES
from archive.export.shape import Shape
from archive.export.threads import THREADS

SHAPES: dict[str, Shape] = {shape.name: shape for shape in (DOCUMENTS, THREADS, MESSAGES, CONVOKIT)}
