"""`client.bulk.embed`: any number of texts, in packs, and their vectors in order."""

from __future__ import annotations

import math

import pytest

from runinfra_ext import BadRequestError, BulkStoppedError, InvalidRequestError, RunInfra
from runinfra_ext.bulk.vectors import Pack, Packer, Vectors
from tests.bulk.jobs import EMBED, charges

np = pytest.importorskip("numpy")


def embed(both, texts, **options):
    """Embed with either client."""

    async def scenario():
        async with both.client() as client:
            return await client.bulk.embed(texts, model=EMBED, **options)

    return both.run(scenario)


def test_vectors_in_order(both, gateway, client, tmp_path):
    """Each text has the vector that it has by itself; a second run asks for nothing."""
    texts = [f"text number {number}" for number in range(50)]
    found = embed(both, texts, pack_texts=7, journal=tmp_path / "run.db")
    assert len(found) == 50
    alone = client.embeddings.create(model=EMBED, input=texts[33]).data[0].embedding
    assert list(found[33]) == pytest.approx(list(alone))
    assert found.dimensions == len(alone)
    assert (found.account.done, found.account.failed, found.account.total) == (50, 0, 50)
    assert set(charges(gateway).values()) == {1}
    asked = len(gateway.journal)
    again = embed(both, iter(texts), pack_texts=7, journal=tmp_path / "run.db")
    assert again.to_numpy().tolist() == found.to_numpy().tolist()
    assert len(gateway.journal) == asked == 8 + 1
    assert list(found[-1]) == list(found[49])
    assert len(found[10:12]) == 2
    with pytest.raises(IndexError, match="there are 50 vectors"):
        found[50]


def test_one_bad_text_does_not_take_the_others_with_it(both, gateway):
    """A pack that is refused is halved until only the text that is refused is left."""
    texts = [f"text {number}" for number in range(20)]
    texts[13] = ""
    found = embed(both, texts, on_error="record")
    assert list(found.errors) == [13]
    assert "input[0]: expected a non-blank string" in found.errors[13].message
    assert (found.account.done, found.account.failed) == (19, 1)
    array = found.to_numpy()
    assert array.dtype == np.float32
    assert [math.isnan(row[0]) for row in array] == [number == 13 for number in range(20)]
    column = found.to_arrow()
    assert [value is None for value in column.to_pylist()] == [n == 13 for n in range(20)]
    assert column.to_pylist()[3] == pytest.approx(list(found[3]))
    with pytest.raises(InvalidRequestError, match=r"texts\[13\]: expected a non-blank string"):
        embed(both, texts)


def test_a_text_that_the_gateway_refuses(both, gateway):
    """Raised when all the others are done."""
    gateway.script("400", "400", "400", "400", "ok")
    with pytest.raises(BadRequestError) as caught:
        embed(both, ["a", "b", "c"], max_concurrency=1)
    assert caught.value.__notes__ == ["text 0 has no vector, and 1 others"]
    assert len(gateway.journal) == 5


def test_too_large_a_pack_is_split(both, gateway):
    """413 of the edge: halves pass."""
    gateway.configure(max_body_bytes=1500)
    found = embed(both, ["word " * 40] * 16)
    assert (len(found), found.errors) == (16, {})
    assert max(len(entry.body["input"]) for entry in gateway.journal if entry.charged) < 16


def test_packs():
    """Full by count, or by characters; a long text goes alone."""
    packer = Packer(3, 10)
    packs = [packer.add(text) for text in ["a", "b", "c", "d", "x" * 30, "e"]] + [packer.rest()]
    full = [pack for pack in packs if pack]
    assert [pack.texts for pack in full] == [["a", "b", "c"], ["d"], ["x" * 30], ["e"]]
    assert [pack.key for pack in full] == ["texts 0-2", "texts 3-3", "texts 4-4", "texts 5-5"]
    assert Pack(4, ["a", "b", "c"]).halves() == [Pack(4, ["a"]), Pack(5, ["b", "c"])]
    assert packer.rest() is None


def test_nothing_to_embed(both):
    """No texts, no vectors, no request."""
    found = embed(both, [])
    assert (len(found), found.dimensions, found.errors) == (0, 0, {})
    assert found.to_numpy().shape == (0, 0)
    assert len(found.to_arrow()) == 0


def test_answers_that_do_not_fit():
    """A vector too few, or of another length, is never taken for another text's."""
    from runinfra_ext import ResponseShapeError

    def one(index, *numbers):
        return type("One", (), {"index": index, "embedding": list(numbers)})()

    vectors = Vectors()
    with pytest.raises(ResponseShapeError, match="one vector of the same length for each of 2"):
        vectors.put(Pack(0, ["a", "b"]), [one(0, 1.0)])
    with pytest.raises(ResponseShapeError):
        vectors.put(Pack(0, ["a", "b"]), [one(0, 1.0), one(0, 2.0)])
    vectors.put(Pack(0, ["a", "b"]), [one(1, 2.0), one(0, 1.0)])
    with pytest.raises(ResponseShapeError):
        vectors.put(Pack(2, ["c"]), [one(0, 1.0, 2.0)])
    assert [list(vector) for vector in vectors] == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": ["a", 3]}, r"texts\[1\]: expected a non-blank string, got 3"),
        ({"texts": "abc"}, "rows: expected an iterable"),
        ({"pack_texts": 0}, "pack_texts: expected a whole number"),
        ({"pack_characters": -1}, "pack_characters: expected a whole number"),
        ({"on_error": "ignore"}, "on_error: expected 'raise' or 'record'"),
    ],
)
def test_wrong_arguments(client: RunInfra, arguments, message):
    """Told with the argument's name."""
    given = {"texts": ["a"], **arguments}
    with pytest.raises(InvalidRequestError, match=message):
        client.bulk.embed(given.pop("texts"), model=EMBED, **given)


def test_limits_are_those_of_all_rounds(both, gateway):
    """Packs that are halved are no failures; what has failed in one round counts in the next."""
    gateway.configure(max_body_bytes=600)
    texts = [f"text {number}" for number in range(16)]
    texts[3] = texts[9] = "word " * 200
    found = embed(both, texts, on_error="record", max_failures=2)
    assert (sorted(found.errors), found.account.failed) == ([3, 9], 2)
    with pytest.raises(BulkStoppedError, match="2 rows have failed"):
        embed(both, texts, on_error="record", max_failures=1)


def test_a_budget_of_all_rounds(both, gateway):
    """Without a journal too: a round begins with what those before it have spent."""
    gateway.configure(max_body_bytes=600)
    texts = ["a"] * 4 + ["word " * 40] * 4
    with pytest.raises(BulkStoppedError, match="max_cost"):
        embed(both, texts, pack_texts=4, price=lambda _: 1.0, max_cost=2.0, max_concurrency=1)
    assert len(gateway.charges) == 2
