"""The thirteen views by Polars.

    polars_views.py ARCHIVE OUT THREADS

What of pinflow's work it does not do:
- Lines that are no JSON have to be left out before: one is enough and it reads none. No line is kept, counted or told
  of; none is too large or too deep.
- Of equal names in an object the first counts, not the last. A number too large for a double makes it fail, and a lone
  surrogate becomes a NUL.
- Keys and ages are JSON integers: not 7.0, not "7".
- Stamps are `YYYY-MM-DD HH:MM:SS`, or with a T: no date alone, no fraction, no offset.
- Follower counts are exact below 2^53.
- The order is that of lines, not of positions; times of records, which pinflow's own log keeps, are not known.
"""

import os
import sys
from pathlib import Path

from archive import objects

# Polars reads it when it is imported.
os.environ["POLARS_MAX_THREADS"] = sys.argv[3]

import polars as pl

UNITS = {",": "", "k": "e3", "K": "e3", "m": "e6", "M": "e6", "b": "e9", "B": "e9"}


def text(field):
    trimmed = pl.col(field).str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def count(field):
    shown = pl.col(field).str.strip_chars()
    number = shown.str.replace_many(UNITS).cast(pl.Float64, strict=False)
    is_count = shown.str.contains(r"^[0-9]+(,[0-9]+)*(\.[0-9]+)?[kKmMbB]?$")
    return pl.when(is_count).then((number + 0.5).floor().cast(pl.Int64, strict=False))


def year(field):
    stamp = pl.col(field).str.strip_chars().str.replace("T", " ", literal=True)
    return stamp.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False).dt.year()


def latest(archive, kind, **fields):
    """The latest records of a kind."""
    schema = {"ind": pl.Int64, "index": pl.Int64, "_deleted": pl.Boolean, **fields}
    records = pl.scan_ndjson(objects(archive, kind), schema=schema, ignore_errors=True)
    keyed = records.with_columns(ind=pl.coalesce("ind", "index")).filter(pl.col("ind") >= 0)
    return keyed.filter(pl.col("ind").is_last_distinct()).filter(~pl.col("_deleted").fill_null(False))


def read_pins(archive):
    records = latest(archive, "pin", poster_name=pl.String, follower_count=pl.String, category=pl.String)
    name = text("poster_name")
    return records.select(
        "ind",
        poster_name=pl.when(name != "User Info Error").then(name),
        follower_count=count("follower_count"),
        category=text("category"),
    )


def read_geos(archive):
    records = latest(archive, "geo", timestamp=pl.String, country=pl.String)
    return records.select("ind", has_geo=True, country=text("country"), post_year=year("timestamp"))


def read_users(archive):
    records = latest(
        archive, "user", first_name=pl.String, last_name=pl.String, age=pl.Int64, date_joined=pl.String
    )
    name = pl.concat_str(text("first_name"), text("last_name"), separator=" ", ignore_nulls=True)
    age = pl.col("age")
    cleaned = records.select(
        "ind",
        user_name=pl.when(name != "").then(name),
        age=pl.when(age.is_between(0, 150)).then(age),
        join_year=year("date_joined"),
    )
    age_group = pl.when(age <= 17).then(pl.lit("0-17")).when(age <= 24).then(pl.lit("18-24"))
    age_group = age_group.when(age <= 35).then(pl.lit("25-35")).when(age <= 50).then(pl.lit("36-50"))
    return cleaned.with_columns(age_group=age_group.when(age.is_not_null()).then(pl.lit("51+")))


def materialised(plan):
    """What several views share is computed once; in one plan with them it would be computed for each."""
    return plan.collect(engine="streaming").lazy()


def most_popular(counts, *group):
    rows = counts.drop_nulls(group).group_by(*group, "category").agg(pl.sum("posts"))
    ranked = rows.with_columns(rank=pl.col("posts").rank("min", descending=True).over(group))
    shown = ranked.filter(pl.col("rank") <= 3)
    return shown.select(*group, "rank", "category", "posts").sort(*group, "rank", "category")


def most_followed(posters, *group):
    rank = pl.col("follower_count").rank("min", descending=True)
    ranked = posters.with_columns(rank=rank.over(group) if group else rank)
    return ranked.filter(pl.col("rank") <= 3)


def median_followers(posts, *group):
    # The lower of the two in the middle.
    median = pl.col("follower_count").quantile(0.5, "lower").cast(pl.Int64)
    rows = posts.drop_nulls([*group, "follower_count"]).group_by(group)
    return rows.agg(posts=pl.len(), median_follower_count=median).sort(group)


def views(archive):
    """The plan of each view."""
    users = materialised(read_users(archive))
    joined = read_pins(archive).join(read_geos(archive), on="ind", how="left").join(users, on="ind", how="left")
    posts = materialised(joined.drop("ind", "user_name", "age"))
    counts = materialised(
        posts.drop_nulls("category").group_by("country", "post_year", "age_group", "category").len("posts")
    )
    located = posts.filter("has_geo").drop_nulls(["poster_name", "follower_count"])
    posters = materialised(located.group_by("country", "poster_name").agg(pl.max("follower_count")))
    people = users.drop_nulls(["user_name", "join_year"]).group_by("user_name", "age").agg(pl.min("join_year"))
    best = most_followed(posters.drop_nulls("country"), "country")
    best_of_all = most_followed(posters)
    return {
        "category_by_country": most_popular(counts, "country"),
        "category_by_year": most_popular(counts, "post_year"),
        "category_by_age_group": most_popular(counts, "age_group"),
        "category_by_country_year": most_popular(counts, "country", "post_year"),
        "category_by_country_age_group": most_popular(counts, "country", "age_group"),
        "category_by_year_age_group": most_popular(counts, "post_year", "age_group"),
        "category_by_country_year_age_group": most_popular(counts, "country", "post_year", "age_group"),
        "top_posters_by_country": best.select("country", "rank", "poster_name", "follower_count").sort(
            "country", "rank", "poster_name"
        ),
        "top_posters": best_of_all.select("rank", "poster_name", "country", "follower_count").sort(
            "rank", "poster_name", "country"
        ),
        "median_followers_by_age_group": median_followers(posts, "age_group"),
        "median_followers_by_join_year": median_followers(posts, "join_year"),
        "median_followers_by_join_year_age_group": median_followers(posts, "join_year", "age_group"),
        "users_joined_by_year": people.group_by("join_year").len("users").sort("join_year"),
    }


def main():
    archive, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    plans = views(archive)
    tables = pl.collect_all(plans.values(), engine="streaming")
    for name, table in zip(plans, tables, strict=True):
        table.write_csv(out / f"{name}.csv")


main()
