// The collections of PocketBase: everybody's tables, indexes, bounds and rules, in its own words.

/// <reference path="types.d.ts" />
migrate(app => {
  const created = { name: 'created_at', type: 'autodate', onCreate: true }
  const text = (name, max) => ({ name, type: 'text', required: true, max })
  const one = (name, collection) => (
    { name, type: 'relation', collectionId: collection.id, maxSelect: 1, required: true, cascadeDelete: true }
  )
  const made = (name, fields, indexes, more) => {
    const collection = new Collection({ type: 'base', name, fields, indexes, listRule: '', viewRule: '', ...more })
    app.save(collection)
    return collection
  }

  const secret = 'a secret of the benchmark, and long enough'
  const authors = made('authors', [text('name', 80)], [], { type: 'auth', authToken: { secret, duration: 86400 } })
  const tags = made('tags', [text('name', 40)], ['CREATE UNIQUE INDEX uq_tags_name ON tags (name)'])
  const recipe = [
    text('title', 120),
    text('body', 20000),
    { name: 'published', type: 'bool' },
    { name: 'servings', type: 'number', required: true, onlyInt: true, min: 1, max: 100 },
    one('author', authors),
    created,
    { name: 'tags', type: 'relation', collectionId: tags.id, maxSelect: 100 }
  ]
  const indexes = name => [
    `CREATE INDEX ix_${name}_author ON ${name} (author, created_at DESC, id DESC)`,
    `CREATE INDEX ix_${name}_published ON ${name} (published, created_at DESC, id DESC)`,
    `CREATE INDEX ix_${name}_created ON ${name} (created_at DESC, id DESC)`
  ]
  const recipes = made('recipes', recipe, indexes('recipes'), { createRule: '' })
  made('guarded_recipes', recipe, indexes('guarded_recipes'), {
    listRule: '@request.auth.id != "" && (published = true || author = @request.auth.id)'
  })
  made('comments', [text('text', 500), one('recipe', recipes), one('author', authors), created], [
    'CREATE INDEX ix_comments_recipe ON comments (recipe, created_at, id)',
    'CREATE INDEX ix_comments_author ON comments (author)'
  ])

  const settings = app.settings() // a limit that is counted and never reached
  settings.rateLimits.enabled = true
  settings.rateLimits.rules = [{ label: 'guarded_recipes:list', maxRequests: 10000000, duration: 60 }]
  app.save(settings)
})
