-- The thirteen views by DuckDB. `pin_files`, `geo_files` and `user_files` are the objects of each kind, in the order in
-- which their records count.
--
-- What of pinflow's work it does not do:
-- * Lines that are no JSON have to be left out before: it passes over most of them (ignore_errors), but `{"ind": 1,}`,
--   NaN and brackets deeper than 128 are records to it. No line is kept, counted or told of; none is too large.
-- * Of equal names in an object the first counts, not the last. A record with a lone surrogate is lost whole.
-- * It does not tell a text from a number: "7.0" is no key, and neither is 7.0. Numbers with an exponent are none.
-- * Spaces are trimmed, tabs and line ends are not.
-- * Stamps are whatever it takes for one: `2017/05/17 10:20`, 24:00:00 and `infinity` too, and offsets are passed over.
-- * Follower counts have at most 12 digits before the point and 6 behind it.
-- * The order is that of lines, not of positions; times of records, which pinflow's own log keeps, are not known.

CREATE MACRO text_of(t) AS nullif(trim(t), '');
-- A cast alone would round 1.5.
CREATE MACRO whole_of(t) AS CASE WHEN regexp_full_match(trim(t), '[0-9]+') THEN TRY_CAST(t AS BIGINT) END;
CREATE MACRO year_of(t) AS year(TRY_CAST(t AS TIMESTAMP));
CREATE MACRO is_delete(t) AS coalesce(t = 'true', false);
CREATE MACRO number_of(t) AS TRY_CAST(replace(t, ',', '') AS DECIMAL(18, 6));
CREATE MACRO count_of(t) AS CASE WHEN regexp_full_match(t, '[0-9]+(,[0-9]+)*([.][0-9]+)?[kKmMbB]?') THEN
    TRY_CAST(CASE lower(t[-1])
        WHEN 'k' THEN round(number_of(t[:-2]) * 1000)
        WHEN 'm' THEN round(number_of(t[:-2]) * 1000000)
        WHEN 'b' THEN round(number_of(t[:-2]) * 1000000000)
        ELSE round(number_of(t))
    END AS BIGINT)
END;
CREATE MACRO age_group_of(age) AS CASE
    WHEN age <= 17 THEN '0-17' WHEN age <= 24 THEN '18-24' WHEN age <= 35 THEN '25-35' WHEN age <= 50 THEN '36-50'
    WHEN age <= 150 THEN '51+'
END;

-- Rows of tables keep the order of lines, so the greatest rowid is the latest record.
CREATE TEMP TABLE pin_records AS
SELECT
    whole_of(coalesce(ind, index)) AS ind, is_delete(_deleted) AS deleted,
    nullif(text_of(poster_name), 'User Info Error') AS poster_name, count_of(trim(follower_count)) AS follower_count,
    text_of(category) AS category
FROM read_json(getvariable('pin_files'), format = 'newline_delimited', ignore_errors = true, columns = {
    ind: 'VARCHAR', index: 'VARCHAR', _deleted: 'VARCHAR', poster_name: 'VARCHAR', follower_count: 'VARCHAR',
    category: 'VARCHAR'});

CREATE TEMP TABLE geo_records AS
SELECT
    whole_of(coalesce(ind, index)) AS ind, is_delete(_deleted) AS deleted,
    text_of(country) AS country, year_of(timestamp) AS post_year
FROM read_json(getvariable('geo_files'), format = 'newline_delimited', ignore_errors = true, columns = {
    ind: 'VARCHAR', index: 'VARCHAR', _deleted: 'VARCHAR', country: 'VARCHAR', timestamp: 'VARCHAR'});

CREATE TEMP TABLE user_records AS
SELECT
    whole_of(coalesce(ind, index)) AS ind, is_delete(_deleted) AS deleted,
    nullif(concat_ws(' ', text_of(first_name), text_of(last_name)), '') AS user_name, whole_of(age) AS age,
    year_of(date_joined) AS join_year
FROM read_json(getvariable('user_files'), format = 'newline_delimited', ignore_errors = true, columns = {
    ind: 'VARCHAR', index: 'VARCHAR', _deleted: 'VARCHAR', first_name: 'VARCHAR', last_name: 'VARCHAR', age: 'VARCHAR',
    date_joined: 'VARCHAR'});

CREATE TEMP TABLE users AS
SELECT ind, user_name, CASE WHEN age <= 150 THEN age END AS age, age_group_of(age) AS age_group, join_year
FROM user_records
WHERE rowid IN (SELECT max(rowid) FROM user_records WHERE ind IS NOT NULL GROUP BY ind) AND NOT deleted;

CREATE TEMP TABLE posts AS
WITH pin AS (
    FROM pin_records
    WHERE rowid IN (SELECT max(rowid) FROM pin_records WHERE ind IS NOT NULL GROUP BY ind) AND NOT deleted
), geo AS (
    FROM geo_records
    WHERE rowid IN (SELECT max(rowid) FROM geo_records WHERE ind IS NOT NULL GROUP BY ind) AND NOT deleted
)
SELECT
    poster_name, follower_count, category, geo.ind IS NOT NULL AS has_geo, country, post_year, age_group, join_year
FROM pin LEFT JOIN geo USING (ind) LEFT JOIN users USING (ind);

-- What all views of categories and of posters are sums and maxima of.
CREATE TEMP TABLE counts AS
SELECT country, post_year, age_group, category, count(*) AS posts
FROM posts WHERE category IS NOT NULL GROUP BY ALL;

CREATE TEMP TABLE posters AS
SELECT country, poster_name, max(follower_count) AS follower_count
FROM posts WHERE has_geo AND poster_name IS NOT NULL AND follower_count IS NOT NULL GROUP BY ALL;

CREATE VIEW category_by_country AS
SELECT country, rank() OVER (PARTITION BY country ORDER BY sum(posts) DESC) AS rank, category, sum(posts) AS posts
FROM counts WHERE country IS NOT NULL GROUP BY country, category QUALIFY rank <= 3 ORDER BY ALL;

CREATE VIEW category_by_year AS
SELECT post_year, rank() OVER (PARTITION BY post_year ORDER BY sum(posts) DESC) AS rank, category, sum(posts) AS posts
FROM counts WHERE post_year IS NOT NULL GROUP BY post_year, category QUALIFY rank <= 3 ORDER BY ALL;

CREATE VIEW category_by_age_group AS
SELECT age_group, rank() OVER (PARTITION BY age_group ORDER BY sum(posts) DESC) AS rank, category, sum(posts) AS posts
FROM counts WHERE age_group IS NOT NULL GROUP BY age_group, category QUALIFY rank <= 3 ORDER BY ALL;

CREATE VIEW category_by_country_year AS
SELECT
    country, post_year, rank() OVER (PARTITION BY country, post_year ORDER BY sum(posts) DESC) AS rank, category,
    sum(posts) AS posts
FROM counts WHERE country IS NOT NULL AND post_year IS NOT NULL
GROUP BY country, post_year, category QUALIFY rank <= 3 ORDER BY ALL;

CREATE VIEW category_by_country_age_group AS
SELECT
    country, age_group, rank() OVER (PARTITION BY country, age_group ORDER BY sum(posts) DESC) AS rank, category,
    sum(posts) AS posts
FROM counts WHERE country IS NOT NULL AND age_group IS NOT NULL
GROUP BY country, age_group, category QUALIFY rank <= 3 ORDER BY ALL;

CREATE VIEW category_by_year_age_group AS
SELECT
    post_year, age_group, rank() OVER (PARTITION BY post_year, age_group ORDER BY sum(posts) DESC) AS rank, category,
    sum(posts) AS posts
FROM counts WHERE post_year IS NOT NULL AND age_group IS NOT NULL
GROUP BY post_year, age_group, category QUALIFY rank <= 3 ORDER BY ALL;

CREATE VIEW category_by_country_year_age_group AS
SELECT
    country, post_year, age_group,
    rank() OVER (PARTITION BY country, post_year, age_group ORDER BY sum(posts) DESC) AS rank, category,
    sum(posts) AS posts
FROM counts WHERE country IS NOT NULL AND post_year IS NOT NULL AND age_group IS NOT NULL
GROUP BY country, post_year, age_group, category QUALIFY rank <= 3 ORDER BY ALL;

-- Only those that reach the third count can have a rank that is shown; to rank all posters takes five times as long.
CREATE VIEW top_posters_by_country AS
WITH third AS (SELECT country, list_min(max(follower_count, 3)) AS least FROM posters GROUP BY country)
SELECT country, rank() OVER (PARTITION BY country ORDER BY follower_count DESC) AS rank, poster_name, follower_count
FROM posters JOIN third USING (country) WHERE follower_count >= least ORDER BY ALL;

CREATE VIEW top_posters AS
SELECT rank() OVER (ORDER BY follower_count DESC) AS rank, poster_name, country, follower_count
FROM posters WHERE follower_count >= (SELECT list_min(max(follower_count, 3)) FROM posters)
ORDER BY rank, poster_name, country NULLS FIRST;

-- quantile_disc gives the lower of the two in the middle.
CREATE VIEW median_followers_by_age_group AS
SELECT age_group, count(*) AS posts, quantile_disc(follower_count, 0.5) AS median_follower_count
FROM posts WHERE age_group IS NOT NULL AND follower_count IS NOT NULL GROUP BY age_group ORDER BY ALL;

CREATE VIEW median_followers_by_join_year AS
SELECT join_year, count(*) AS posts, quantile_disc(follower_count, 0.5) AS median_follower_count
FROM posts WHERE join_year IS NOT NULL AND follower_count IS NOT NULL GROUP BY join_year ORDER BY ALL;

CREATE VIEW median_followers_by_join_year_age_group AS
SELECT join_year, age_group, count(*) AS posts, quantile_disc(follower_count, 0.5) AS median_follower_count
FROM posts WHERE join_year IS NOT NULL AND age_group IS NOT NULL AND follower_count IS NOT NULL
GROUP BY join_year, age_group ORDER BY ALL;

CREATE VIEW users_joined_by_year AS
WITH people AS (
    SELECT min(join_year) AS join_year FROM users
    WHERE user_name IS NOT NULL AND join_year IS NOT NULL GROUP BY user_name, age
)
SELECT join_year, count(*) AS users FROM people GROUP BY join_year ORDER BY ALL;
