"""A model of sentence-transformers' form as one ONNX file, in a process of its own: `python -m kb.index.export`."""
