# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class RerankResult(Result):
    """The scores.

    Attributes:
        object: `runinfra.rerank`.
        model: The model that answered.
        results: The best documents, best first.
        upstream_model: Its upstream name.
        scores: The score of every document.
        rankings: The same as `results`.
        document_count: How many documents were scored.
        usage: CompletionUsage | None
    """

    object: str
    model: str
    results: list[RerankResultItem]
    upstream_model: None | str = None
    scores: list[RerankScore] | None = None
    rankings: list[RerankResultItem] | None = None
    document_count: int | None = None
    usage: CompletionUsage | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["object"] = self.object
        d["model"] = self.model
        d["results"] = plain(self.results)
        if self.upstream_model is not None:
            d["upstream_model"] = self.upstream_model
        if self.scores is not None:
            d["scores"] = plain(self.scores)
        if self.rankings is not None:
            d["rankings"] = plain(self.rankings)
        if self.document_count is not None:
            d["document_count"] = self.document_count
        if self.usage is not None:
            d["usage"] = plain(self.usage)
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
        self.object = d.pop("object")
        self.model = d.pop("model")
        v = d.pop("results")
        self.results = [RerankResultItem.from_dict(i) for i in v]
        self.upstream_model = d.pop("upstream_model", None)
        v = d.pop("scores", None)
        self.scores = None if v is None else [RerankScore.from_dict(i) for i in v]
        v = d.pop("rankings", None)
        self.rankings = None if v is None else [RerankResultItem.from_dict(i) for i in v]
        self.document_count = d.pop("document_count", None)
        v = d.pop("usage", None)
        self.usage = None if v is None else CompletionUsage.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.completion_usage import CompletionUsage
from ..models.rerank_result_item import RerankResultItem
from ..models.rerank_score import RerankScore

hints_know(RerankResult, CompletionUsage, RerankResultItem, RerankScore)
