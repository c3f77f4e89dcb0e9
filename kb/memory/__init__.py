"""The memory files: YAML that people and agents own, read, edited byte for byte, watched."""
