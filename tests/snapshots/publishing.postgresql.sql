-- articles.list tag=dragons&author=jake&offset=20
--   articles(slug, title, description, createdAt, updatedAt, favorited, favoritesCount, author: profiles(username,
--   bio, image, following), tagList: tags(name))
--   where tag eq and author eq order by created_at desc, id desc, 20 at most

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.created_at AS c3,
    articles.updated_at AS c4, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = $1::UUID) AS c5, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c6, users_1.id AS c7, users_1.username AS c8, users_1.bio AS c9,
    users_1.image AS c10, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = $2::UUID) AS c11, articles.id AS c12
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE (EXISTS (SELECT 1
FROM article_tags AS article_tags_1, tags AS tags_1
WHERE articles.id = article_tags_1.article_id AND article_tags_1.tag_id = tags_1.id AND tags_1.name = $3::VARCHAR))
    AND (EXISTS (SELECT 1
FROM users AS users_2
WHERE articles.author_id = users_2.id AND users_2.username = $4::VARCHAR)) ORDER BY articles.created_at DESC,
    articles.id DESC
 LIMIT $5::INTEGER OFFSET $6::INTEGER

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT article_tags_1.tag_id
FROM article_tags AS article_tags_1
WHERE article_tags_1.article_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM articles
WHERE (EXISTS (SELECT 1
FROM article_tags AS article_tags_1, tags AS tags_1
WHERE articles.id = article_tags_1.article_id AND article_tags_1.tag_id = tags_1.id AND tags_1.name = $1::VARCHAR))
    AND (EXISTS (SELECT 1
FROM users AS users_1
WHERE articles.author_id = users_1.id AND users_1.username = $2::VARCHAR))) AS anon_1

-- articles.list favorited=jake
--   articles(slug, title, description, createdAt, updatedAt, favorited, favoritesCount, author: profiles(username,
--   bio, image, following), tagList: tags(name))
--   where favorited eq order by created_at desc, id desc, 20 at most

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.created_at AS c3,
    articles.updated_at AS c4, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = $1::UUID) AS c5, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c6, users_1.id AS c7, users_1.username AS c8, users_1.bio AS c9,
    users_1.image AS c10, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = $2::UUID) AS c11, articles.id AS c12
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE EXISTS (SELECT 1
FROM favorites AS favorites_3, users AS users_2
WHERE favorites_3.article_id = articles.id AND favorites_3.user_id = users_2.id AND users_2.username = $3::VARCHAR)
    ORDER BY articles.created_at DESC, articles.id DESC
 LIMIT $4::INTEGER OFFSET $5::INTEGER

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT article_tags_1.tag_id
FROM article_tags AS article_tags_1
WHERE article_tags_1.article_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM articles
WHERE EXISTS (SELECT 1
FROM favorites AS favorites_1, users AS users_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = users_1.id AND users_1.username = $1::VARCHAR))
    AS anon_1

-- articles.feed
--   articles(slug, title, description, createdAt, updatedAt, favorited, favoritesCount, author: profiles(username,
--   bio, image, following), tagList: tags(name))
--   order by created_at desc, id desc, 20 at most

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.created_at AS c3,
    articles.updated_at AS c4, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = $1::UUID) AS c5, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c6, users_1.id AS c7, users_1.username AS c8, users_1.bio AS c9,
    users_1.image AS c10, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = $2::UUID) AS c11, articles.id AS c12
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE EXISTS (SELECT 1
FROM follows AS follows_2
WHERE follows_2.author_id = articles.author_id AND follows_2.follower_id = $3::UUID) ORDER BY articles.created_at
    DESC, articles.id DESC
 LIMIT $4::INTEGER OFFSET $5::INTEGER

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT article_tags_1.tag_id
FROM article_tags AS article_tags_1
WHERE article_tags_1.article_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM articles
WHERE EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = articles.author_id AND follows_1.follower_id = $1::UUID)) AS anon_1

-- articles.get
--   articles(slug, title, description, body, createdAt, updatedAt, favorited, favoritesCount, author:
--   profiles(username, bio, image, following), tagList: tags(name))

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.body AS c3,
    articles.created_at AS c4, articles.updated_at AS c5, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = $1::UUID) AS c6, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c7, users_1.id AS c8, users_1.username AS c9, users_1.bio AS c10,
    users_1.image AS c11, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = $2::UUID) AS c12, articles.id AS c13
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE articles.slug = $3::VARCHAR

SELECT anon_1.place - 1 AS c0, anon_2.name AS c1
FROM unnest($1::UUID[]) WITH ORDINALITY AS anon_1(k0, place) JOIN LATERAL (SELECT tags_1.id AS id, tags_1.name AS
    name
FROM tags AS tags_1
WHERE tags_1.id IN (SELECT article_tags_1.tag_id
FROM article_tags AS article_tags_1
WHERE article_tags_1.article_id = anon_1.k0) AND tags_1.name IS NOT NULL ORDER BY tags_1.name ASC, tags_1.id ASC
 LIMIT 20) AS anon_2 ON true ORDER BY anon_1.place - 1, anon_2.name ASC, anon_2.id ASC

-- comments.list
--   comments(id, body, createdAt, updatedAt, author: profiles(username, bio, image, following))
--   order by id, 20 at most

SELECT comments.id AS c0, comments.body AS c1, comments.created_at AS c2, comments.updated_at AS c3, users_1.id AS
    c4, users_1.username AS c5, users_1.bio AS c6, users_1.image AS c7, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = $1::UUID) AS c8
FROM comments LEFT OUTER JOIN users AS users_1 ON comments.author_id = users_1.id
WHERE comments.article_id = $2::UUID ORDER BY comments.id ASC
 LIMIT $3::INTEGER OFFSET $4::INTEGER

-- profiles.get
--   profiles(username, bio, image, following)

SELECT users.username AS c0, users.bio AS c1, users.image AS c2, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users.id AND follows_1.follower_id = $1::UUID) AS c3
FROM users
WHERE users.username = $2::VARCHAR
