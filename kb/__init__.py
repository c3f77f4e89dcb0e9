"""Incident knowledge base and learning-loop engine: `from kb import KnowledgeBase`.

Importing this package loads nothing heavy; the first call that needs a database or a model does.
"""

from kb.errors import KbError
from kb.knowledge import KnowledgeBase

__version__ = "0.1.0"
__all__ = ["KbError", "KnowledgeBase", "__version__"]
