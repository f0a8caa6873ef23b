"""Compares two versions of the document: what requests may hold, and what answers do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .changes import Change, Weight

_METHODS: Final = ("get", "put", "post", "delete", "patch")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
# Words of schemas that are compared one by one below, and those that only tell people something.
_COMPARED: Final = {
    *("$ref", "type", "const", "enum", "items", "properties", "required"),
    *("anyOf", "oneOf", "allOf", *_UPPER, *_LOWER),
}
_TOLD: Final = {"title", "description", "example", "examples", "externalDocs", "$comment"}
Node = Mapping[str, Any]


class Comparison:
    """Walks two documents side by side.

    Args:
        before: of the last release.
        after: as it is now.
    """

    def __init__(self, before: Node, after: Node) -> None:
        self._documents = (before, after)
        self._seen: set[tuple[str, str, bool]] = set()

    def changes(self) -> Iterator[Change]:
        """Everything that changed for callers."""
        old, new = (dict(_operations(document)) for document in self._documents)
        for name, was in old.items():
            if name not in new:
                yield Change(Weight.MAJOR, name, "was removed from the document")
                continue
            yield from self._operation(name, was, new[name])
        for name in new.keys() - old.keys():
            yield Change(Weight.MINOR, name, "is a new operation")
        yield from self._whole()

    def _whole(self) -> Iterator[Change]:
        """What concerns all operations, and what the gateway sends by itself."""
        before, after = self._documents
        addresses = [{each["url"] for each in side.get("servers", ())} for side in (before, after)]
        for url in sorted(addresses[0] - addresses[1]):
            yield Change(Weight.MAJOR, f"server {url}", "was removed")
        for word in ("security", "components.securitySchemes"):
            was, now = (_at(side, word) for side in (before, after))
            if was != now:
                yield Change(Weight.MAJOR, word, "is another")
        old, new = (side.get("webhooks", {}) for side in (before, after))
        for name in old:
            if name not in new:
                yield Change(Weight.MAJOR, f"webhook {name}", "was removed")
                continue
            bodies = (
                self._open(_at(s[name], "post.requestBody") or {}, i)
                for i, s in enumerate((old, new))
            )
            yield from self._content(f"webhook {name}", *bodies, taken=False)
        for name in new.keys() - old.keys():
            yield Change(Weight.MINOR, f"webhook {name}", "is new")

    def _operation(self, name: str, old: Node, new: Node) -> Iterator[Change]:
        facts = {f for side in (old, new) for f in side if f.startswith("x-")}
        for fact in sorted(facts | {"path", "security"}):
            if old.get(fact) != new.get(fact):
                what = f"has {fact} {new.get(fact)}, had {old.get(fact)}"
                yield Change(Weight.MAJOR, name, what)
        if new.get("deprecated") and not old.get("deprecated"):
            yield Change(Weight.MINOR, name, "is deprecated now")
        yield from self._parameters(name, old, new)
        yield from self._body(name, old, new)
        was, now = old.get("responses", {}), new.get("responses", {})
        for status in was:
            if status not in now:
                yield Change(Weight.MAJOR, f"{name} {status}", "is an answer no more")
                continue
            ours, theirs = (self._open(s[status], i) for i, s in enumerate((was, now)))
            yield from self._content(f"{name} {status}", ours, theirs, taken=False)
            yield from _headers(f"{name} {status}", ours, theirs)
        for status in now.keys() - was.keys():
            yield Change(Weight.MINOR, f"{name} {status}", "is a new answer")

    def _parameters(self, name: str, old: Node, new: Node) -> Iterator[Change]:
        was, now = (
            {_placed(p): p for p in (self._open(q, i) for q in side.get("parameters", ()))}
            for i, side in enumerate((old, new))
        )
        for each, parameter in was.items():
            where = f"{name}.{each}"
            if each not in now:
                yield Change(Weight.MAJOR, where, "was removed")
                continue
            if now[each].get("required") and not parameter.get("required"):
                yield Change(Weight.MAJOR, where, "must be given now")
            for word in ("style", "explode", "allowReserved"):
                if parameter.get(word) != now[each].get(word):
                    yield Change(Weight.MAJOR, where, f"has another {word}")
            schemas = parameter.get("schema", {}), now[each].get("schema", {})
            yield from self._schema(where, *schemas, taken=True)
        for each in now.keys() - was.keys():
            needed = now[each].get("required")
            weight = Weight.MAJOR if needed else Weight.MINOR
            yield Change(weight, f"{name}.{each}", "must be given now" if needed else "is new")

    def _body(self, name: str, old: Node, new: Node) -> Iterator[Change]:
        was = self._open(old.get("requestBody", {}), 0)
        now = self._open(new.get("requestBody", {}), 1)
        if bool(was) != bool(now):
            yield Change(Weight.MAJOR, name, "has a body now" if now else "has no body any more")
            return
        if now.get("required") and not was.get("required"):
            yield Change(Weight.MAJOR, name, "must have a body now")
        yield from self._content(name, was, now, taken=True)

    def _content(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        was, now = old.get("content", {}), new.get("content", {})
        for kind in was:
            if kind not in now:
                yield Change(Weight.MAJOR, f"{where} {kind}", "was removed")
            else:
                schemas = was[kind].get("schema", {}), now[kind].get("schema", {})
                yield from self._schema(where, *schemas, taken=taken)
                if was[kind].get("encoding") != now[kind].get("encoding"):
                    yield Change(Weight.MAJOR, f"{where} {kind}", "is encoded in another way")
        for kind in now.keys() - was.keys():
            yield Change(Weight.MINOR, f"{where} {kind}", "is new")

    def _schema(self, where: str, old: Any, new: Any, *, taken: bool) -> Iterator[Change]:
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            if old != new:
                yield Change(Weight.MAJOR, where, "is another schema")
            return
        if "$ref" in old and "$ref" in new:
            # A schema is told of once, by its own name.
            pair = (str(old["$ref"]), str(new["$ref"]), taken)
            if pair in self._seen:
                return
            self._seen.add(pair)
            where = pair[0].rpartition("/")[2]
        old, new = self._open(old, 0), self._open(new, 1)
        yield from self._types(where, old, new, taken=taken)
        yield from self._values(where, old, new, taken=taken)
        yield from self._bounds(where, old, new, taken=taken)
        yield from self._properties(where, old, new, taken=taken)
        yield from self._variants(where, old, new, taken=taken)
        if "items" in old or "items" in new:
            yield from self._schema(
                f"{where}[]", old.get("items", {}), new.get("items", {}), taken=taken
            )
        yield from self._others(where, old, new, taken=taken)

    def _others(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        """Words that nothing above knows: whatever they mean, a change of them is told."""
        for word in sorted({*old, *new} - _COMPARED - _TOLD):
            was, now = old.get(word), new.get(word)
            if word == "additionalProperties":
                was, now = (None if value is True else value for value in (was, now))
            if was == now:
                continue
            if isinstance(was, Mapping) and isinstance(now, Mapping):
                yield from self._schema(f"{where}({word})", was, now, taken=taken)
                continue
            # What is asked of callers may be dropped; what they are promised may be added.
            harmless = now is None if taken else was is None
            minor = harmless or word in {"default", "deprecated"}
            weight = Weight.MINOR if minor else Weight.MAJOR
            yield Change(weight, where, f"has {word} {now}, had {was}")

    def _types(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        was, now = _types(old), _types(new)
        if was == now:
            return
        more, less = now - was, was - now
        harm = (less and now) or (not was and now) if taken else (more and was) or (was and not now)
        shown = " or ".join(sorted(now)) or "anything"
        yield Change(Weight.MAJOR if harm else Weight.MINOR, where, f"is {shown} now")

    def _values(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        was, now = _values(old), _values(new)
        if was is None and now is None:
            return
        if was is None or now is None:
            narrowed = was is None
            harm = narrowed if taken else not narrowed
            what = "takes certain values only" if narrowed else "takes any value"
            yield Change(Weight.MAJOR if harm else Weight.MINOR, where, what)
            return
        for value in sorted(was - now):
            # A value that is not sent any more is still one that programs name.
            yield Change(Weight.MAJOR, f"{where}={value}", "was removed")
        for value in sorted(now - was):
            yield Change(Weight.MINOR, f"{where}={value}", "is new")

    def _bounds(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        for word in (*_UPPER, *_LOWER):
            was, now = old.get(word), new.get(word)
            if was == now:
                continue
            upper = word in _UPPER
            narrower = was is None or (now is not None and (now < was if upper else now > was))
            weight = Weight.MAJOR if narrower and taken else Weight.MINOR
            yield Change(weight, where, f"has {word} {now}, had {was}")

    def _properties(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        was, now = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        for name in was:
            if name not in now:
                yield Change(Weight.MAJOR, f"{where}.{name}", "was removed")
                continue
            if taken and name in needs - needed:
                yield Change(Weight.MAJOR, f"{where}.{name}", "must be given now")
            if not taken and name in needed - needs:
                yield Change(Weight.MAJOR, f"{where}.{name}", "may be missing now")
            yield from self._schema(f"{where}.{name}", was[name], now[name], taken=taken)
        for name in now.keys() - was.keys():
            harm = taken and name in needs
            weight = Weight.MAJOR if harm else Weight.MINOR
            yield Change(weight, f"{where}.{name}", "must be given now" if harm else "is new")

    def _variants(self, where: str, old: Node, new: Node, *, taken: bool) -> Iterator[Change]:
        for word in ("anyOf", "oneOf", "allOf"):
            was, now = (_titled(side.get(word, ())) for side in (old, new))
            for name in was:
                if name not in now:
                    weight = Weight.MAJOR if taken or word == "allOf" else Weight.MINOR
                    yield Change(weight, f"{where}|{name}", "was removed")
                else:
                    pair = was[name], now[name]
                    yield from self._schema(f"{where}|{name}", *pair, taken=taken)
            for name in now.keys() - was.keys():
                harm = word == "allOf" and taken
                yield Change(Weight.MAJOR if harm else Weight.MINOR, f"{where}|{name}", "is new")

    def _open(self, node: Node, side: int) -> Node:
        while "$ref" in node:
            found: Any = self._documents[side]
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


def _operations(document: Node) -> Iterator[tuple[str, Node]]:
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                shared = item.get("parameters", [])
                own = item[method]
                parameters = [*shared, *own.get("parameters", [])]
                placed = {**own, "parameters": parameters, "path": f"{method.upper()} {path}"}
                yield own["operationId"], placed


def _at(node: Node, way: str) -> Any:
    found: Any = node
    for part in way.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _placed(parameter: Node) -> str:
    """A parameter by its name; two places may have one of the same name."""
    place = parameter.get("in", "query")
    name = str(parameter["name"])
    return name if place == "query" else f"{name} ({place})"


def _headers(where: str, old: Node, new: Node) -> Iterator[Change]:
    was, now = ({name.lower() for name in side.get("headers", {})} for side in (old, new))
    for name in sorted(was - now):
        yield Change(Weight.MAJOR, f"{where} {name}", "is no header of the answer any more")
    for name in sorted(now - was):
        yield Change(Weight.MINOR, f"{where} {name}", "is a new header")


def _titled(schemas: Any) -> dict[str, Any]:
    """Variants by what they are; several of one kind by their place among these."""
    found: dict[str, Any] = {}
    for each in schemas:
        name, count = _known(each), 1
        while (title := name if count == 1 else f"{name} {count}") in found:
            count += 1
        found[title] = each
    return found


def _types(schema: Node) -> set[str]:
    kind = schema.get("type")
    if kind is None:
        return set()
    return {kind} if isinstance(kind, str) else set(kind)


def _values(schema: Node) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return {str(value) for value in schema["enum"]} if "enum" in schema else None


def _known(schema: Any) -> str:
    """A variant by what does not change when it is described better."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    return "/".join(sorted(_types(schema))) or str(schema.get("const", "other"))
