"""The shapes a dataset can have. To add one: write its file, add its line, describe it in docs/dataset.md."""

from archive.export.shapes.base import Shape
from archive.export.shapes.convokit import CONVOKIT
from archive.export.shapes.documents import DOCUMENTS
from archive.export.shapes.messages import MESSAGES
from archive.export.shapes.threads import THREADS

SHAPES: dict[str, Shape] = {shape.name: shape for shape in (DOCUMENTS, THREADS, MESSAGES, CONVOKIT)}
