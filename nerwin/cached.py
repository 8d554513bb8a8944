"""A property that is computed once, without a lock.

That of functools has a lock before Python 3.12, one for all objects of a class. A process that is forked while a thread
holds it would wait for it for ever. Here two threads may compute the same value, of which the later one stays.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 - like that of functools
    """The value of a method, which is then an attribute of the object."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        if instance is None:  # who looks at the class sees the property
            return self  # type: ignore[return-value]
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
