"""Where the charting library's own package keeps its script."""

from importlib.util import find_spec
from pathlib import Path


def script() -> Path:
    """The installed version. Raises RuntimeError when there is none."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package plotly is not installed")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"
