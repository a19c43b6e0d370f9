"""How a search finds people: by words of theirs, or of the site where they work.

A word is met by one that is equal (0), by one that it begins (1), and by one that is alike (2):
equal but for a letter too much, too little, wrong, or elsewhere. Who meets every word is found; the
less the sum, the earlier.

The rarest word leads to those who may be, and of each it is seen whether they meet the others.
"""

import msgspec

from gateway import terms
from gateway.planner.model import Index, Order

MOST_FOUND = 200
MOST_LOOKED_AT = 10_000  # rows of terms: the rarest word of a search is seldom so common
FEW = 300  # rows: of words that are more common than that, none is rarer than another
MOST_WORDS = 8

# `w` is a word that is wanted, `t` a term.
_WITHIN = "t.term >= w.word and t.term < w.until"
_OF_TENANT = "t.organisation_id = {viewer}.organisation_id"

# The best come first, and no more is read than is asked for.
_MAY_BE = f"""
    (select t.id, t.id as by, t.term from terms t
        where {_OF_TENANT} and t.kind = 'word' and {_WITHIN}
        order by t.term, t.family_name, t.given_name, t.id limit {MOST_LOOKED_AT})
    union all
    (select p.id, t.id, t.term from terms t, lateral (
            select p.id from people p
            where p.organisation_id = {{viewer}}.organisation_id and p.site_id = t.id
            order by p.family_name, p.given_name, p.id) p
        where {_OF_TENANT} and t.kind = 'site' and ({_WITHIN} or t.term = any (w.alike))
        limit {MOST_LOOKED_AT})
    union all
    (select t.id, t.id, t.term from unnest(w.alike) alike, terms t
        where {_OF_TENANT} and t.kind = 'word' and t.term = alike limit {MOST_LOOKED_AT})"""  # noqa: S608

_FOUND = f"""
    with wanted as materialized (
        select w.*, array(
            select distinct t.word from keys_of(w.word) as own (key), spellings t
            where t.organisation_id = {{viewer}}.organisation_id and t.key = own.key
                and not (t.word >= w.word and t.word < w.until)) as alike
        from (select word, word || chr(1114111) as until
            from jsonb_array_elements_text({{value}}) word) w
    ), rarest as materialized (
        select w.* from wanted w
        order by (select count(*) from ({_MAY_BE} limit {FEW}) few), w.word limit 1
    )
    select found.id, met.rank
    from rarest w, lateral ({_MAY_BE} offset 0) found, lateral (
        select p.site_id from people p
        where p.organisation_id = {{viewer}}.organisation_id and p.id = found.id offset 0
    ) p, lateral (
        select sum(best.class)::int as rank, count(best.class) = count(*) as complete,
            bool_or(each.word = w.word and best.id = found.by and best.term = found.term) as first
        from wanted each left join lateral (
            select case when t.term = each.word then 0
                when t.term >= each.word and t.term < each.until then 1 else 2 end as class,
                t.term, t.id
            from terms t
            where {_OF_TENANT} and t.id in (found.id, p.site_id) and t.kind in ('word', 'site')
                and (t.term >= each.word and t.term < each.until or t.term = any (each.alike))
            order by class, t.term, t.id limit 1
        ) best on true
        offset 0
    ) met
    where met.complete and met.first"""  # noqa: S608

BY_WORDS = Index(
    rows=_FOUND,
    order=Order(("rank", "family_name", "given_name"), types=("int", "text", "text")),
    adds=("rank",),
    most=MOST_FOUND,
)


def wanted(text: str) -> str:
    """The words of a search, as JSON."""
    return msgspec.json.encode(list(dict.fromkeys(terms.words(text)))[:MOST_WORDS]).decode()
