-- recipes.list
--   recipes(id, slug, title, description, ingredients, directions, minutes, servings, written_on, published,
--   featured, notes, author_id, created_at, updated_at, version, stars, comment_count, like_count, liked, tags:
--   tags(name))
--   order by written_on desc, id desc, 20 at most

SELECT recipes.id AS c0, recipes.slug AS c1, recipes.title AS c2, recipes.description AS c3, recipes.ingredients AS
    c4, recipes.directions AS c5, recipes.minutes AS c6, recipes.servings AS c7, recipes.written_on AS c8,
    recipes.published AS c9, recipes.featured AS c10, CASE WHEN (recipes.author_id = ?) THEN 1 ELSE 0 END AS c11,
    recipes.notes AS c12, recipes.author_id AS c13, recipes.created_at AS c14, recipes.updated_at AS c15,
    recipes.version AS c16, (SELECT CAST(nullif(nullif(CAST(sum(ratings_1.stars >> 31) * 2147483648 +
    sum(ratings_1.stars & 2147483647) AS INTEGER), -9223372036854775808), 9223372036854775807) AS DOUBLE) /
    count(ratings_1.stars) AS anon_1
FROM ratings AS ratings_1
WHERE ratings_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings_1.recipe_id AND (recipes_1.published = 1 OR recipes_1.author_id = ?)))) AS c17, (SELECT
    count(*) AS count_1
FROM comments AS comments_1
WHERE comments_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_2
WHERE recipes_2.id = comments_1.recipe_id AND (recipes_2.published = 1 OR recipes_2.author_id = ?)))) AS c18,
    (SELECT count(*) AS count_2
FROM likes AS likes_1
WHERE likes_1.recipe_id = recipes.id) AS c19, EXISTS (SELECT 1
FROM likes AS likes_2
WHERE likes_2.recipe_id = recipes.id AND likes_2.person_id = ? AND likes_2.person_id = ?) AS c20
FROM recipes
WHERE recipes.published = 1 OR recipes.author_id = ? ORDER BY recipes.written_on DESC, recipes.id DESC
 LIMIT ? OFFSET ?

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM recipe_tags AS recipe_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = recipe_tags_1.tag_id
WHERE recipe_tags_1.recipe_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

-- recipes.list tags.name=quick&minutes[lte]=30&sort=-title&fields=title,stars
--   recipes(title, stars)
--   where minutes lte and tags.name eq order by title desc, id desc, 20 at most

SELECT recipes.title AS c0, (SELECT CAST(nullif(nullif(CAST(sum(ratings_1.stars >> 31) * 2147483648 +
    sum(ratings_1.stars & 2147483647) AS INTEGER), -9223372036854775808), 9223372036854775807) AS DOUBLE) /
    count(ratings_1.stars) AS anon_1
FROM ratings AS ratings_1
WHERE ratings_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings_1.recipe_id AND (recipes_1.published = 1 OR recipes_1.author_id = ?)))) AS c1,
    recipes.id AS c2
FROM recipes
WHERE (recipes.published = 1 OR recipes.author_id = ?) AND recipes.minutes <= ? AND (EXISTS (SELECT 1
FROM recipe_tags AS recipe_tags_1, tags AS tags_1
WHERE recipes.id = recipe_tags_1.recipe_id AND recipe_tags_1.tag_id = tags_1.id AND tags_1.name = ?)) ORDER BY
    recipes.title DESC, recipes.id DESC
 LIMIT ? OFFSET ?

-- recipes.list q=lentil soup&sort=relevance&fields=title
--   recipes(title)
--   where q words order by relevance desc, written_on desc, id desc, 20 at most

SELECT recipes.title AS c0, recipes.written_on AS c1, recipes.id AS c2
FROM recipes LEFT OUTER JOIN (SELECT recipes_search_5c9d0685_keys.k0 AS k0, sum(json_extract(anon_2.value, '$[0]'))
    AS points
FROM recipes_search_5c9d0685_keys, json_each(?) AS anon_2, recipes_search_5c9d0685
WHERE (recipes_search_5c9d0685.recipes_search_5c9d0685 MATCH json_extract(anon_2.value, '$[1]')) AND
    recipes_search_5c9d0685_keys.number = recipes_search_5c9d0685.rowid GROUP BY recipes_search_5c9d0685_keys.k0) AS
    anon_1 ON recipes.id = anon_1.k0 LEFT OUTER JOIN (SELECT recipes_search_5c9d0685_keys.k0 AS k0,
    sum(json_extract(anon_4.value, '$[0]')) AS points
FROM recipes_search_5c9d0685_keys, json_each(?) AS anon_4, recipes_search_5c9d0685
WHERE (recipes_search_5c9d0685.recipes_search_5c9d0685 MATCH json_extract(anon_4.value, '$[1]')) AND
    recipes_search_5c9d0685_keys.number = recipes_search_5c9d0685.rowid GROUP BY recipes_search_5c9d0685_keys.k0) AS
    anon_3 ON recipes.id = anon_3.k0
WHERE (recipes.published = 1 OR recipes.author_id = ?) AND (recipes.id IN (SELECT recipes_search_5c9d0685_keys.k0
FROM recipes_search_5c9d0685_keys, recipes_search_5c9d0685
WHERE (recipes_search_5c9d0685.recipes_search_5c9d0685 MATCH ?) AND recipes_search_5c9d0685_keys.number =
    recipes_search_5c9d0685.rowid) OR recipes.author_id = ? AND recipes.id IN (SELECT
    recipes_search_5c9d0685_keys.k0
FROM recipes_search_5c9d0685_keys, recipes_search_5c9d0685
WHERE (recipes_search_5c9d0685.recipes_search_5c9d0685 MATCH ?) AND recipes_search_5c9d0685_keys.number =
    recipes_search_5c9d0685.rowid)) ORDER BY 0 + CASE WHEN (recipes.author_id = ?) THEN coalesce(anon_1.points, 0)
    ELSE 0 END + coalesce(anon_3.points, 0) DESC, recipes.written_on DESC, recipes.id DESC
 LIMIT ? OFFSET ?

-- recipes.list fields=title,tags&include=author,comments.author&count=exact
--   recipes(title, author: people(id, handle, name, about, email, created_at, updated_at), comments: comments(id,
--   recipe_id, author_id, body, created_at, updated_at, author: people(id, handle, name, about, email, created_at,
--   updated_at)), tags: tags(name))
--   order by written_on desc, id desc, 20 at most

SELECT recipes.title AS c0, people_1.id AS c1, people_1.handle AS c2, people_1.name AS c3, people_1.about AS c4,
    CASE WHEN (people_1.id = ?) THEN 1 ELSE 0 END AS c5, people_1.email AS c6, people_1.created_at AS c7,
    people_1.updated_at AS c8, recipes.id AS c9, recipes.written_on AS c10
FROM recipes LEFT OUTER JOIN people AS people_1 ON recipes.author_id = people_1.id
WHERE recipes.published = 1 OR recipes.author_id = ? ORDER BY recipes.written_on DESC, recipes.id DESC
 LIMIT ? OFFSET ?

SELECT anon_1."key" AS c0, comments_1.id AS c1, comments_1.recipe_id AS c2, comments_1.author_id AS c3,
    comments_1.body AS c4, comments_1.created_at AS c5, comments_1.updated_at AS c6, people_1.id AS c7,
    people_1.handle AS c8, people_1.name AS c9, people_1.about AS c10, CASE WHEN (people_1.id = ?) THEN 1 ELSE 0 END
    AS c11, people_1.email AS c12, people_1.created_at AS c13, people_1.updated_at AS c14
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT comments_2.id AS one
FROM comments AS comments_2
WHERE comments_2.recipe_id = anon_1.value AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = comments_2.recipe_id AND (recipes_1.published = 1 OR recipes_1.author_id = ?))) ORDER BY
    comments_2.created_at DESC, comments_2.id DESC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN comments AS comments_1 ON comments_1.id = anon_2.value
    LEFT OUTER JOIN people AS people_1 ON comments_1.author_id = people_1.id ORDER BY anon_1."key", anon_2."key"

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM recipe_tags AS recipe_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = recipe_tags_1.tag_id
WHERE recipe_tags_1.recipe_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM recipes
WHERE recipes.published = 1 OR recipes.author_id = ?) AS anon_1

-- recipes.get include=author
--   recipes(id, slug, title, description, ingredients, directions, minutes, servings, written_on, published,
--   featured, notes, author_id, created_at, updated_at, version, stars, comment_count, like_count, liked, author:
--   people(id, handle, name, about, email, created_at, updated_at), tags: tags(name))

SELECT recipes.id AS c0, recipes.slug AS c1, recipes.title AS c2, recipes.description AS c3, recipes.ingredients AS
    c4, recipes.directions AS c5, recipes.minutes AS c6, recipes.servings AS c7, recipes.written_on AS c8,
    recipes.published AS c9, recipes.featured AS c10, CASE WHEN (recipes.author_id = ?) THEN 1 ELSE 0 END AS c11,
    recipes.notes AS c12, recipes.author_id AS c13, recipes.created_at AS c14, recipes.updated_at AS c15,
    recipes.version AS c16, (SELECT CAST(nullif(nullif(CAST(sum(ratings_1.stars >> 31) * 2147483648 +
    sum(ratings_1.stars & 2147483647) AS INTEGER), -9223372036854775808), 9223372036854775807) AS DOUBLE) /
    count(ratings_1.stars) AS anon_1
FROM ratings AS ratings_1
WHERE ratings_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings_1.recipe_id AND (recipes_1.published = 1 OR recipes_1.author_id = ?)))) AS c17, (SELECT
    count(*) AS count_1
FROM comments AS comments_1
WHERE comments_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_2
WHERE recipes_2.id = comments_1.recipe_id AND (recipes_2.published = 1 OR recipes_2.author_id = ?)))) AS c18,
    (SELECT count(*) AS count_2
FROM likes AS likes_1
WHERE likes_1.recipe_id = recipes.id) AS c19, EXISTS (SELECT 1
FROM likes AS likes_2
WHERE likes_2.recipe_id = recipes.id AND likes_2.person_id = ? AND likes_2.person_id = ?) AS c20, people_1.id AS
    c21, people_1.handle AS c22, people_1.name AS c23, people_1.about AS c24, CASE WHEN (people_1.id = ?) THEN 1
    ELSE 0 END AS c25, people_1.email AS c26, people_1.created_at AS c27, people_1.updated_at AS c28
FROM recipes LEFT OUTER JOIN people AS people_1 ON recipes.author_id = people_1.id
WHERE recipes.slug = ? AND (recipes.published = 1 OR recipes.author_id = ?)

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM recipe_tags AS recipe_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = recipe_tags_1.tag_id
WHERE recipe_tags_1.recipe_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

-- comments.list recipe.slug=lentil-soup
--   comments(id, recipe_id, author_id, body, created_at, updated_at)
--   where recipe.slug eq order by created_at desc, id desc, 20 at most

SELECT comments.id AS c0, comments.recipe_id AS c1, comments.author_id AS c2, comments.body AS c3,
    comments.created_at AS c4, comments.updated_at AS c5
FROM comments
WHERE (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = comments.recipe_id AND (recipes_1.published = 1 OR recipes_1.author_id = ?))) AND (EXISTS
    (SELECT 1
FROM recipes AS recipes_2
WHERE comments.recipe_id = recipes_2.id AND (recipes_2.published = 1 OR recipes_2.author_id = ?) AND recipes_2.slug
    = ?)) ORDER BY comments.created_at DESC, comments.id DESC
 LIMIT ? OFFSET ?

-- ratings.list stars[gte]=4&sort=stars
--   ratings(recipe_id, person_id, stars, created_at, updated_at)
--   where stars gte order by stars, recipe_id, person_id, 20 at most

SELECT ratings.recipe_id AS c0, ratings.person_id AS c1, ratings.stars AS c2, ratings.created_at AS c3,
    ratings.updated_at AS c4
FROM ratings
WHERE (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings.recipe_id AND (recipes_1.published = 1 OR recipes_1.author_id = ?))) AND ratings.stars
    >= ? ORDER BY ratings.stars ASC, ratings.recipe_id ASC, ratings.person_id ASC
 LIMIT ? OFFSET ?
