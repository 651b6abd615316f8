"""What JSON columns hold; only `to_json` and `from_json` speak of it."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
