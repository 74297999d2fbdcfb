// Express: ajv for what is asked, res.json for what is answered, middleware for what guards.
'use strict'

const express = require('express')
const jwt = require('jsonwebtoken')
const Ajv = require('ajv').default
const queries = require('./queries')

const ajv = new Ajv({ useDefaults: true, coerceTypes: true })
require('ajv-formats').default(ajv)
const strict = new Ajv({ useDefaults: true })
require('ajv-formats').default(strict)
const valid = {
  key: ajv.compile(queries.schemas.key),
  list: ajv.compile(queries.schemas.list),
  recipe: strict.compile(queries.schemas.recipe)
}

const app = express()
app.disable('x-powered-by')
app.disable('etag')

const checked = (check, value, response) => {
  if (check(value)) return value
  response.status(422).json({ error: 'VALIDATION_ERROR', details: check.errors })
  return undefined
}

app.get('/api/v1/hello', (request, response) => response.json({ data: 'Hello, world' }))

app.get('/api/v1/recipes/:id', async (request, response) => {
  const key = checked(valid.key, request.params, response)
  if (key === undefined) return
  const found = await queries.get(key.id)
  if (found === undefined) response.status(404).json({ error: 'NOT_FOUND' })
  else response.json({ data: found })
})

app.get('/api/v1/recipes', async (request, response) => {
  const asked = checked(valid.list, { ...request.query }, response)
  if (asked !== undefined) response.json(await queries.page(asked))
})

app.post('/api/v1/recipes', express.json(), async (request, response) => {
  const given = checked(valid.recipe, request.body, response)
  if (given === undefined) return
  const made = await queries.create(given)
  if (made === null) response.status(422).json({ error: 'NO_SUCH_AUTHOR' })
  else response.status(201).json({ data: made })
})

function guarded (request, response, next) {
  const started = performance.now()
  const id = queries.requestId(request.get('x-request-id'))
  response.set('x-request-id', id)
  response.on('finish', () => queries.access.info({
    method: request.method,
    path: request.path,
    status: response.statusCode,
    actor: request.caller,
    address: request.ip,
    request_id: id,
    seconds: (performance.now() - started) / 1000
  }))
  const [scheme, token] = (request.get('authorization') ?? '').split(' ')
  try {
    if (scheme !== 'Bearer') throw new Error('no token')
    request.caller = jwt.verify(token, queries.secret, { algorithms: ['HS256'] }).sub
  } catch {
    return response.status(401).json({ error: 'UNAUTHENTICATED' })
  }
  if (!queries.allowed(request.caller)) return response.status(429).json({ error: 'TOO_MANY_REQUESTS' })
  next()
}

app.get('/api/v1/guarded-recipes', guarded, async (request, response) => {
  const asked = checked(valid.list, { ...request.query }, response)
  if (asked !== undefined) response.json(await queries.page(asked, request.caller))
})

app.listen(Number(process.argv[2]), '127.0.0.1')
