"""An ONNX graph that is written node by node: each call adds one and answers the name of what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.generic]

OPSET = 20
"""The version of ONNX's operators: the first that has `Gelu`."""
IR_VERSION = 10
"""The version of the file format that came with it."""
TEXT, TOKEN = "text", "token"
"""The names of the two lengths that are known only when texts come."""


class Graph:
    """Nodes and constants in the order in which they were added, over inputs of whole numbers, a row a text."""

    def __init__(self, *inputs: str) -> None:
        self._inputs = inputs
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._shapes: list[Any] = []

    def constant(self, name: str, array: Array) -> str:
        """An array under a name of its own; the same name twice is the first array."""
        from onnx import numpy_helper

        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def whole(self, *numbers: int) -> str:
        """A vector of whole numbers: axes, shapes, indices."""
        import numpy as np

        return self.constant(f"whole_{'_'.join(map(str, numbers))}", np.array(numbers, dtype=np.int64))

    def number(self, number: float) -> str:
        """One number, in single precision."""
        import numpy as np

        return self.constant(f"number_{number!r}", np.array(number, dtype=np.float32))

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One node of the operator; answers the name of its output."""
        from onnx import helper

        output = f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def shaped(self, value: str, *shape: str | int) -> str:
        """Say what shape whole numbers have, where no rule tells: without it, onnxruntime joins fewer operations."""
        from onnx import TensorProto, helper

        self._shapes.append(helper.make_tensor_value_info(value, TensorProto.INT64, shape))
        return value

    def model(self, output: str, name: str, size: int) -> Any:
        """The model whose only output, `size` numbers a text, is the one given, under the name `name`."""
        from onnx import TensorProto, helper

        last = helper.make_node("Identity", [output], [name], name)
        inputs = [
            helper.make_tensor_value_info(one, TensorProto.INT64, [TEXT, TOKEN]) for one in self._inputs
        ]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [TEXT, size])]
        constants = list(self._constants.values())
        graph = helper.make_graph(
            [*self._nodes, last], "sentence", inputs, outputs, constants, value_info=self._shapes
        )
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="incident-kb"
        )
