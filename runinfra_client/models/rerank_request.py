# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, first_of, plain


@define(kw_only=True)
class RerankRequest:
    """What to rank, by what. Exactly one of `texts` and `documents`.

    Attributes:
        model: Id of the model.
        query: What is looked for.
        texts: Plain texts.
        documents: Texts, or documents with ids, or with parts.
        top_n: How many results to return; all if left out.
    """

    model: str
    query: str
    texts: list[str] | None = None
    documents: list[RerankContentDocument | RerankTextDocument | str] | None = None
    top_n: int | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["model"] = self.model
        d["query"] = self.query
        if self.texts is not None:
            d["texts"] = self.texts
        if self.documents is not None:
            d["documents"] = plain(self.documents)
        if self.top_n is not None:
            d["top_n"] = self.top_n
        d.update(self.additional_properties)
        return d

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the object of a decoded JSON object; unknown members are kept.

        Raises:
            KeyError: a required member is missing.
            TypeError, ValueError, AttributeError: a member is of another shape than promised.
        """
        d = dict(src_dict)
        self = cls.__new__(cls)
        self._nulls = absent_or_null(d) if None in d.values() else ()
        self.model = d.pop("model")
        self.query = d.pop("query")
        self.texts = d.pop("texts", None)
        v = d.pop("documents", None)
        self.documents = (
            None
            if v is None
            else [
                first_of(
                    i,
                    (
                        RerankTextDocument,
                        RerankContentDocument,
                    ),
                    scalars=True,
                )
                for i in v
            ]
        )
        self.top_n = d.pop("top_n", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.rerank_content_document import RerankContentDocument
from ..models.rerank_text_document import RerankTextDocument
