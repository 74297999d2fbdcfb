-- recipes.list
--   recipes(id, slug, title, description, ingredients, directions, minutes, servings, written_on, published,
--   featured, notes, author_id, created_at, updated_at, version, stars, comment_count, like_count, liked, tags:
--   tags(name))
--   order by written_on desc, id desc, 20 at most

SELECT recipes.id AS c0, recipes.slug AS c1, recipes.title AS c2, recipes.description AS c3, recipes.ingredients AS
    c4, recipes.directions AS c5, recipes.minutes AS c6, recipes.servings AS c7, recipes.written_on AS c8,
    recipes.published AS c9, recipes.featured AS c10, CASE WHEN (recipes.author_id = $1::UUID) THEN 1 ELSE 0 END AS
    c11, recipes.notes AS c12, recipes.author_id AS c13, recipes.created_at AS c14, recipes.updated_at AS c15,
    recipes.version AS c16, (SELECT CAST(CAST(nullif(nullif(least(greatest(sum(ratings_1.stars),
    -9223372036854775808), 9223372036854775807), -9223372036854775808), 9223372036854775807) AS BIGINT) AS DOUBLE
    PRECISION) / count(ratings_1.stars) AS anon_1
FROM ratings AS ratings_1
WHERE ratings_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings_1.recipe_id AND (recipes_1.published OR recipes_1.author_id = $2::UUID)))) AS c17,
    (SELECT count(*) AS count_1
FROM comments AS comments_1
WHERE comments_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_2
WHERE recipes_2.id = comments_1.recipe_id AND (recipes_2.published OR recipes_2.author_id = $3::UUID)))) AS c18,
    (SELECT count(*) AS count_2
FROM likes AS likes_1
WHERE likes_1.recipe_id = recipes.id) AS c19, EXISTS (SELECT 1
FROM likes AS likes_2
WHERE likes_2.recipe_id = recipes.id AND likes_2.person_id = $4::UUID AND likes_2.person_id = $5::UUID) AS c20
FROM recipes
WHERE recipes.published OR recipes.author_id = $6::UUID ORDER BY recipes.written_on DESC, recipes.id DESC
 LIMIT $7::INTEGER

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT recipe_tags_1.tag_id
FROM recipe_tags AS recipe_tags_1
WHERE recipe_tags_1.recipe_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

-- recipes.list tags.name=quick&minutes[lte]=30&sort=-title&fields=title,stars
--   recipes(title, stars)
--   where minutes lte and tags.name eq order by title desc, id desc, 20 at most

SELECT recipes.title AS c0, (SELECT CAST(CAST(nullif(nullif(least(greatest(sum(ratings_1.stars),
    -9223372036854775808), 9223372036854775807), -9223372036854775808), 9223372036854775807) AS BIGINT) AS DOUBLE
    PRECISION) / count(ratings_1.stars) AS anon_1
FROM ratings AS ratings_1
WHERE ratings_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings_1.recipe_id AND (recipes_1.published OR recipes_1.author_id = $1::UUID)))) AS c1,
    recipes.id AS c2
FROM recipes
WHERE (recipes.published OR recipes.author_id = $2::UUID) AND recipes.minutes <= $3::BIGINT AND (EXISTS (SELECT 1
FROM recipe_tags AS recipe_tags_1, tags AS tags_1
WHERE recipes.id = recipe_tags_1.recipe_id AND recipe_tags_1.tag_id = tags_1.id AND tags_1.name = $4::VARCHAR))
    ORDER BY recipes.title DESC, recipes.id DESC
 LIMIT $5::INTEGER

-- recipes.list q=lentil soup&sort=relevance&fields=title
--   recipes(title)
--   where q words order by relevance desc, written_on desc, id desc, 20 at most

SELECT recipes.title AS c0, recipes.written_on AS c1, recipes.id AS c2
FROM recipes
WHERE (recipes.published OR recipes.author_id = $1::UUID) AND ((recipes.search_5c9d0685 @@ CAST($2::VARCHAR AS
    TSQUERY)) OR recipes.author_id = $3::UUID AND (recipes.search_5c9d0685 @@ CAST($4::VARCHAR AS TSQUERY))) ORDER
    BY 0 + CASE WHEN (recipes.author_id = $5::UUID) THEN (SELECT coalesce(sum(anon_1.points), 0) AS coalesce_1
FROM unnest($6::INTEGER[], CAST($7::TEXT[] AS TSQUERY[])) AS anon_1(points, wanted)
WHERE recipes.search_5c9d0685 @@ anon_1.wanted) ELSE 0 END + (SELECT coalesce(sum(anon_2.points), 0) AS coalesce_2
FROM unnest($8::INTEGER[], CAST($9::TEXT[] AS TSQUERY[])) AS anon_2(points, wanted)
WHERE recipes.search_5c9d0685 @@ anon_2.wanted) DESC, recipes.written_on DESC, recipes.id DESC
 LIMIT $10::INTEGER OFFSET $11::INTEGER

-- recipes.list fields=title,tags&include=author,comments.author&count=exact
--   recipes(title, author: people(id, handle, name, about, email, created_at, updated_at), comments: comments(id,
--   recipe_id, author_id, body, created_at, updated_at, author: people(id, handle, name, about, email, created_at,
--   updated_at)), tags: tags(name))
--   order by written_on desc, id desc, 20 at most

SELECT recipes.title AS c0, people_1.id AS c1, people_1.handle AS c2, people_1.name AS c3, people_1.about AS c4,
    CASE WHEN (people_1.id = $1::UUID) THEN 1 ELSE 0 END AS c5, people_1.email AS c6, people_1.created_at AS c7,
    people_1.updated_at AS c8, recipes.id AS c9, recipes.written_on AS c10
FROM recipes LEFT OUTER JOIN people AS people_1 ON recipes.author_id = people_1.id
WHERE recipes.published OR recipes.author_id = $2::UUID ORDER BY recipes.written_on DESC, recipes.id DESC
 LIMIT $3::INTEGER

SELECT anon_1.place - 1 AS c0, anon_2.id AS c1, anon_2.recipe_id AS c2, anon_2.author_id AS c3, anon_2.body AS c4,
    anon_2.created_at AS c5, anon_2.updated_at AS c6, people_1.id AS c7, people_1.handle AS c8, people_1.name AS c9,
    people_1.about AS c10, CASE WHEN (people_1.id = $1::UUID) THEN 1 ELSE 0 END AS c11, people_1.email AS c12,
    people_1.created_at AS c13, people_1.updated_at AS c14
FROM unnest($2::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT comments_1.id AS id,
    comments_1.recipe_id AS recipe_id, comments_1.author_id AS author_id, comments_1.body AS body,
    comments_1.created_at AS created_at, comments_1.updated_at AS updated_at
FROM comments AS comments_1
WHERE comments_1.recipe_id = anon_1.k0 AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = comments_1.recipe_id AND (recipes_1.published OR recipes_1.author_id = $3::UUID))) ORDER BY
    comments_1.created_at DESC, comments_1.id DESC
 LIMIT 20) AS anon_2 ON true LEFT OUTER JOIN people AS people_1 ON anon_2.author_id = people_1.id ORDER BY
    anon_1.place - 1, anon_2.created_at DESC, anon_2.id DESC

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT recipe_tags_1.tag_id
FROM recipe_tags AS recipe_tags_1
WHERE recipe_tags_1.recipe_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM recipes
WHERE recipes.published OR recipes.author_id = $1::UUID) AS anon_1

-- recipes.get include=author
--   recipes(id, slug, title, description, ingredients, directions, minutes, servings, written_on, published,
--   featured, notes, author_id, created_at, updated_at, version, stars, comment_count, like_count, liked, author:
--   people(id, handle, name, about, email, created_at, updated_at), tags: tags(name))

SELECT recipes.id AS c0, recipes.slug AS c1, recipes.title AS c2, recipes.description AS c3, recipes.ingredients AS
    c4, recipes.directions AS c5, recipes.minutes AS c6, recipes.servings AS c7, recipes.written_on AS c8,
    recipes.published AS c9, recipes.featured AS c10, CASE WHEN (recipes.author_id = $1::UUID) THEN 1 ELSE 0 END AS
    c11, recipes.notes AS c12, recipes.author_id AS c13, recipes.created_at AS c14, recipes.updated_at AS c15,
    recipes.version AS c16, (SELECT CAST(CAST(nullif(nullif(least(greatest(sum(ratings_1.stars),
    -9223372036854775808), 9223372036854775807), -9223372036854775808), 9223372036854775807) AS BIGINT) AS DOUBLE
    PRECISION) / count(ratings_1.stars) AS anon_1
FROM ratings AS ratings_1
WHERE ratings_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings_1.recipe_id AND (recipes_1.published OR recipes_1.author_id = $2::UUID)))) AS c17,
    (SELECT count(*) AS count_1
FROM comments AS comments_1
WHERE comments_1.recipe_id = recipes.id AND (EXISTS (SELECT 1
FROM recipes AS recipes_2
WHERE recipes_2.id = comments_1.recipe_id AND (recipes_2.published OR recipes_2.author_id = $3::UUID)))) AS c18,
    (SELECT count(*) AS count_2
FROM likes AS likes_1
WHERE likes_1.recipe_id = recipes.id) AS c19, EXISTS (SELECT 1
FROM likes AS likes_2
WHERE likes_2.recipe_id = recipes.id AND likes_2.person_id = $4::UUID AND likes_2.person_id = $5::UUID) AS c20,
    people_1.id AS c21, people_1.handle AS c22, people_1.name AS c23, people_1.about AS c24, CASE WHEN (people_1.id
    = $6::UUID) THEN 1 ELSE 0 END AS c25, people_1.email AS c26, people_1.created_at AS c27, people_1.updated_at AS
    c28
FROM recipes LEFT OUTER JOIN people AS people_1 ON recipes.author_id = people_1.id
WHERE recipes.slug = $7::VARCHAR AND (recipes.published OR recipes.author_id = $8::UUID)

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT recipe_tags_1.tag_id
FROM recipe_tags AS recipe_tags_1
WHERE recipe_tags_1.recipe_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

-- comments.list recipe.slug=lentil-soup
--   comments(id, recipe_id, author_id, body, created_at, updated_at)
--   where recipe.slug eq order by created_at desc, id desc, 20 at most

SELECT comments.id AS c0, comments.recipe_id AS c1, comments.author_id AS c2, comments.body AS c3,
    comments.created_at AS c4, comments.updated_at AS c5
FROM comments
WHERE (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = comments.recipe_id AND (recipes_1.published OR recipes_1.author_id = $1::UUID))) AND (EXISTS
    (SELECT 1
FROM recipes AS recipes_2
WHERE comments.recipe_id = recipes_2.id AND (recipes_2.published OR recipes_2.author_id = $2::UUID) AND
    recipes_2.slug = $3::VARCHAR)) ORDER BY comments.created_at DESC, comments.id DESC
 LIMIT $4::INTEGER

-- ratings.list stars[gte]=4&sort=stars
--   ratings(recipe_id, person_id, stars, created_at, updated_at)
--   where stars gte order by stars, recipe_id, person_id, 20 at most

SELECT ratings.recipe_id AS c0, ratings.person_id AS c1, ratings.stars AS c2, ratings.created_at AS c3,
    ratings.updated_at AS c4
FROM ratings
WHERE (EXISTS (SELECT 1
FROM recipes AS recipes_1
WHERE recipes_1.id = ratings.recipe_id AND (recipes_1.published OR recipes_1.author_id = $1::UUID))) AND
    ratings.stars >= $2::BIGINT ORDER BY ratings.stars ASC, ratings.recipe_id ASC, ratings.person_id ASC
 LIMIT $3::INTEGER
