-- articles.list tag=dragons&author=jake&offset=20
--   articles(slug, title, description, createdAt, updatedAt, favorited, favoritesCount, author: profiles(username,
--   bio, image, following), tagList: tags(name))
--   where tag eq and author eq order by created_at desc, id desc, 20 at most

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.created_at AS c3,
    articles.updated_at AS c4, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = ?) AS c5, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c6, users_1.id AS c7, users_1.username AS c8, users_1.bio AS c9,
    users_1.image AS c10, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = ?) AS c11, articles.id AS c12
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE (EXISTS (SELECT 1
FROM article_tags AS article_tags_1, tags AS tags_1
WHERE articles.id = article_tags_1.article_id AND article_tags_1.tag_id = tags_1.id AND tags_1.name = ?)) AND
    (EXISTS (SELECT 1
FROM users AS users_2
WHERE articles.author_id = users_2.id AND users_2.username = ?)) ORDER BY articles.created_at DESC, articles.id DESC
 LIMIT ? OFFSET ?

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM article_tags AS article_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = article_tags_1.tag_id
WHERE article_tags_1.article_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM articles
WHERE (EXISTS (SELECT 1
FROM article_tags AS article_tags_1, tags AS tags_1
WHERE articles.id = article_tags_1.article_id AND article_tags_1.tag_id = tags_1.id AND tags_1.name = ?)) AND
    (EXISTS (SELECT 1
FROM users AS users_1
WHERE articles.author_id = users_1.id AND users_1.username = ?))) AS anon_1

-- articles.list favorited=jake
--   articles(slug, title, description, createdAt, updatedAt, favorited, favoritesCount, author: profiles(username,
--   bio, image, following), tagList: tags(name))
--   where favorited eq order by created_at desc, id desc, 20 at most

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.created_at AS c3,
    articles.updated_at AS c4, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = ?) AS c5, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c6, users_1.id AS c7, users_1.username AS c8, users_1.bio AS c9,
    users_1.image AS c10, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = ?) AS c11, articles.id AS c12
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE EXISTS (SELECT 1
FROM favorites AS favorites_3, users AS users_2
WHERE favorites_3.article_id = articles.id AND favorites_3.user_id = users_2.id AND users_2.username = ?) ORDER BY
    articles.created_at DESC, articles.id DESC
 LIMIT ? OFFSET ?

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM article_tags AS article_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = article_tags_1.tag_id
WHERE article_tags_1.article_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM articles
WHERE EXISTS (SELECT 1
FROM favorites AS favorites_1, users AS users_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = users_1.id AND users_1.username = ?)) AS anon_1

-- articles.feed
--   articles(slug, title, description, createdAt, updatedAt, favorited, favoritesCount, author: profiles(username,
--   bio, image, following), tagList: tags(name))
--   order by created_at desc, id desc, 20 at most

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.created_at AS c3,
    articles.updated_at AS c4, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = ?) AS c5, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c6, users_1.id AS c7, users_1.username AS c8, users_1.bio AS c9,
    users_1.image AS c10, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = ?) AS c11, articles.id AS c12
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE EXISTS (SELECT 1
FROM follows AS follows_2
WHERE follows_2.author_id = articles.author_id AND follows_2.follower_id = ?) ORDER BY articles.created_at DESC,
    articles.id DESC
 LIMIT ? OFFSET ?

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM article_tags AS article_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = article_tags_1.tag_id
WHERE article_tags_1.article_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

SELECT count(*) AS count_1
FROM (SELECT 1 AS one
FROM articles
WHERE EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = articles.author_id AND follows_1.follower_id = ?)) AS anon_1

-- articles.get
--   articles(slug, title, description, body, createdAt, updatedAt, favorited, favoritesCount, author:
--   profiles(username, bio, image, following), tagList: tags(name))

SELECT articles.slug AS c0, articles.title AS c1, articles.description AS c2, articles.body AS c3,
    articles.created_at AS c4, articles.updated_at AS c5, EXISTS (SELECT 1
FROM favorites AS favorites_1
WHERE favorites_1.article_id = articles.id AND favorites_1.user_id = ?) AS c6, (SELECT count(*) AS count_1
FROM favorites AS favorites_2
WHERE favorites_2.article_id = articles.id) AS c7, users_1.id AS c8, users_1.username AS c9, users_1.bio AS c10,
    users_1.image AS c11, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = ?) AS c12, articles.id AS c13
FROM articles LEFT OUTER JOIN users AS users_1 ON articles.author_id = users_1.id
WHERE articles.slug = ?

SELECT anon_1."key" AS c0, tags_1.name AS c1
FROM json_each(?) AS anon_1 CROSS JOIN json_each((SELECT json_group_array(anon_3.one) AS json_group_array_1
FROM (SELECT tags_2.id AS one
FROM article_tags AS article_tags_1 CROSS JOIN tags AS tags_2 ON tags_2.id = article_tags_1.tag_id
WHERE article_tags_1.article_id = anon_1.value AND tags_2.name IS NOT NULL ORDER BY tags_2.name ASC, tags_2.id ASC
 LIMIT 20 OFFSET ?) AS anon_3)) AS anon_2 ON 1 = 1 CROSS JOIN tags AS tags_1 ON tags_1.id = anon_2.value ORDER BY
    anon_1."key", anon_2."key"

-- comments.list
--   comments(id, body, createdAt, updatedAt, author: profiles(username, bio, image, following))
--   order by id, 20 at most

SELECT comments.id AS c0, comments.body AS c1, comments.created_at AS c2, comments.updated_at AS c3, users_1.id AS
    c4, users_1.username AS c5, users_1.bio AS c6, users_1.image AS c7, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users_1.id AND follows_1.follower_id = ?) AS c8
FROM comments LEFT OUTER JOIN users AS users_1 ON comments.author_id = users_1.id
WHERE comments.article_id = ? ORDER BY comments.id ASC
 LIMIT ? OFFSET ?

-- profiles.get
--   profiles(username, bio, image, following)

SELECT users.username AS c0, users.bio AS c1, users.image AS c2, EXISTS (SELECT 1
FROM follows AS follows_1
WHERE follows_1.author_id = users.id AND follows_1.follower_id = ?) AS c3
FROM users
WHERE users.username = ?
