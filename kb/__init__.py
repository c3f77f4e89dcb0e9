"""Incident knowledge base and learning-loop engine: `from kb import KnowledgeBase`.

Importing this package loads nothing heavy; the first call that needs a database or a model does.
"""

from kb.base import KnowledgeBase
from kb.errors import KbError

__version__ = "0.1.0"
__all__ = ["KbError", "KnowledgeBase", "__version__"]
