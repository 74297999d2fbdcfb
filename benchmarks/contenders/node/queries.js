// The queries, on pg with prepared statements or on better-sqlite3, and what guards the list that is guarded.
'use strict'

const crypto = require('node:crypto')
const pino = require('pino')

const url = process.env.DATABASE_URL
const postgresql = url.startsWith('postgresql')
const columns = 'id, title, body, published, servings, author_id, created_at'
const order = 'ORDER BY created_at DESC, id DESC LIMIT'
const parents = postgresql ? '= ANY($1::uuid[])' : 'IN (SELECT value FROM json_each($1))'
const statements = {
  get: `SELECT ${columns} FROM recipes WHERE id = $1`,
  list: `SELECT ${columns} FROM recipes WHERE author_id = $1 AND published = $2 ${order} $3`,
  withAuthor: `SELECT ${columns.split(', ').map(name => 'r.' + name).join(', ')}, a.name AS author_name FROM recipes r
    JOIN authors a ON a.id = r.author_id WHERE r.author_id = $1 AND r.published = $2
    ORDER BY r.created_at DESC, r.id DESC LIMIT $3`,
  own: `SELECT ${columns} FROM recipes WHERE author_id = $1 AND published = $2 AND (published OR author_id = $3)
    ${order} $4`,
  comments: `SELECT id, text, recipe_id, author_id, created_at FROM comments WHERE recipe_id ${parents}
    ORDER BY created_at, id`,
  tags: `SELECT l.recipe_id, t.id, t.name FROM recipe_tags l JOIN tags t ON t.id = l.tag_id
    WHERE l.recipe_id ${parents} ORDER BY t.name, t.id`,
  create: `INSERT INTO recipes (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)`
}

let run
if (postgresql) {
  const { Pool, types } = require('pg')
  types.setTypeParser(types.builtins.INT8, Number) // servings, which are small
  const pool = new Pool({ connectionString: url, max: 20 })
  run = async (name, values) => (await pool.query({ name, text: statements[name], values })).rows
} else {
  const Database = require('better-sqlite3')
  const database = new Database(url.slice('sqlite:///'.length))
  database.pragma('cache_size = -65536')
  database.pragma('synchronous = FULL')
  const prepared = {}
  for (const [name, text] of Object.entries(statements)) prepared[name] = database.prepare(text.replace(/\$\d/g, '?'))
  run = async (name, values) => {
    const bound = values.map(value => typeof value === 'boolean' ? Number(value) : value)
    return name === 'create' ? prepared[name].run(bound) : prepared[name].all(bound).map(shaped)
  }
}

function shaped (row) {
  if ('published' in row) row.published = row.published === 1
  return row
}

async function get (id) {
  return (await run('get', [id]))[0]
}

async function page ({ author_id: author, published, include, limit }, caller) {
  let rows
  if (caller !== undefined) rows = await run('own', [author, published, caller, limit + 1])
  else rows = await run(include === 'author' ? 'withAuthor' : 'list', [author, published, limit + 1])
  let next = null
  if (rows.length > limit) {
    rows.length = limit
    const { created_at: moment, id } = rows[limit - 1]
    next = `${moment instanceof Date ? moment.toISOString() : moment},${id}`
  }
  if (include === 'author') {
    for (const row of rows) {
      row.author = { id: row.author_id, name: row.author_name }
      delete row.author_name
    }
  } else if (include) {
    await related(rows)
  }
  return { data: rows, meta: { limit, next } }
}

async function related (rows) {
  const byId = new Map(rows.map(row => [row.id, Object.assign(row, { comments: [], tags: [] })]))
  const ids = [...byId.keys()]
  const given = [postgresql ? ids : JSON.stringify(ids)]
  const [comments, tags] = await Promise.all([run('comments', given), run('tags', given)])
  for (const comment of comments) byId.get(comment.recipe_id).comments.push(comment)
  for (const { recipe_id: recipe, id, name } of tags) byId.get(recipe).tags.push({ id, name })
}

async function create ({ title, body, published, servings, author_id: author }) {
  const moment = new Date().toISOString()
  const id = newId()
  try {
    await run('create', [id, title, body, published, servings, author, moment])
  } catch (error) {
    if (error.code === '23503' || error.code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return null
    throw error
  }
  return { id, title, body, published, servings, author_id: author, created_at: moment }
}

function newId () { // a UUID of version 7
  const bytes = crypto.randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = bytes[6] & 0x0f | 0x70
  bytes[8] = bytes[8] & 0x3f | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const calls = 10_000_000 // a rate limit that is counted and never reached
const minute = 60_000
const fullAt = new Map()

function allowed (caller) { // the generic cell rate algorithm
  const now = performance.now()
  const full = Math.max(fullAt.get(caller) ?? now, now) + minute / calls
  if (full - now > minute) return false
  fullAt.set(caller, full)
  return true
}

const access = pino({ base: null }, pino.destination({ dest: process.env.ACCESS_LOG, sync: false, minLength: 4096 }))

function requestId (given) {
  return given !== undefined && /^[\w.-]{8,64}$/.test(given) ? given : crypto.randomBytes(16).toString('hex')
}

const uuid = { type: 'string', format: 'uuid' }
const schemas = {
  key: { type: 'object', properties: { id: uuid }, required: ['id'] },
  list: {
    type: 'object',
    additionalProperties: false,
    required: ['author_id', 'published'],
    properties: {
      author_id: uuid,
      published: { type: 'boolean' },
      sort: { const: '-created_at' },
      include: { enum: ['author', 'comments,tags'] },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 }
    }
  },
  recipe: {
    type: 'object',
    additionalProperties: false,
    required: ['title', 'body', 'servings', 'author_id'],
    properties: {
      title: { type: 'string', minLength: 1, maxLength: 120 },
      body: { type: 'string', minLength: 1, maxLength: 20_000 },
      published: { type: 'boolean', default: false },
      servings: { type: 'integer', minimum: 1, maximum: 100 },
      author_id: uuid
    }
  }
}
const secret = 'a secret of the benchmark, and long enough'

module.exports = { access, allowed, create, get, page, requestId, schemas, secret }
