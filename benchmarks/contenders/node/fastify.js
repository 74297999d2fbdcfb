// Fastify: schemas for what is asked and what is answered, so that both are compiled.
'use strict'

const { createVerifier } = require('fast-jwt')
const queries = require('./queries')

const { schemas } = queries
const app = require('fastify')({ ajv: { customOptions: { removeAdditional: false } } })
const verify = createVerifier({ key: queries.secret, cache: 10_000 })

const text = { type: 'string' }
const stamp = process.env.DATABASE_URL.startsWith('postgresql') ? { type: 'string', format: 'date-time' } : text
const recipe = {
  type: 'object',
  properties: {
    id: text,
    title: text,
    body: text,
    published: { type: 'boolean' },
    servings: { type: 'integer' },
    author_id: text,
    created_at: stamp
  }
}
const named = { type: 'object', properties: { id: text, name: text } }
const comment = {
  type: 'object',
  properties: { id: text, text, recipe_id: text, author_id: text, created_at: stamp }
}
const whole = {
  type: 'object',
  properties: {
    ...recipe.properties,
    author: named,
    comments: { type: 'array', items: comment },
    tags: { type: 'array', items: named }
  }
}
const meta = { type: 'object', properties: { limit: { type: 'integer' }, next: { type: 'string', nullable: true } } }
const one = { type: 'object', properties: { data: recipe } }
const page = { type: 'object', properties: { data: { type: 'array', items: whole }, meta } }

app.get('/api/v1/hello', { schema: { response: { 200: { type: 'object', properties: { data: text } } } } },
  async () => ({ data: 'Hello, world' }))

app.get('/api/v1/recipes/:id', { schema: { params: schemas.key, response: { 200: one } } }, async (request, reply) => {
  const found = await queries.get(request.params.id)
  return found === undefined ? reply.code(404).send({ error: 'NOT_FOUND' }) : { data: found }
})

app.get('/api/v1/recipes', { schema: { querystring: schemas.list, response: { 200: page } } },
  request => queries.page(request.query))

app.post('/api/v1/recipes', { schema: { body: schemas.recipe, response: { 201: one } } }, async (request, reply) => {
  const made = await queries.create(request.body)
  if (made === null) return reply.code(422).send({ error: 'NO_SUCH_AUTHOR' })
  return reply.code(201).send({ data: made })
})

app.register(async guarded => {
  guarded.addHook('onRequest', async (request, reply) => {
    request.given = queries.requestId(request.headers['x-request-id'])
    reply.header('x-request-id', request.given)
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    try {
      if (scheme !== 'Bearer') throw new Error('no token')
      request.caller = verify(token).sub
    } catch {
      return reply.code(401).send({ error: 'UNAUTHENTICATED' })
    }
    if (!queries.allowed(request.caller)) return reply.code(429).send({ error: 'TOO_MANY_REQUESTS' })
  })
  guarded.addHook('onResponse', async (request, reply) => {
    queries.access.info({
      method: request.method,
      path: request.routeOptions.url,
      status: reply.statusCode,
      actor: request.caller,
      address: request.ip,
      request_id: request.given,
      seconds: reply.elapsedTime / 1000
    })
  })
  guarded.get('/api/v1/guarded-recipes', { schema: { querystring: schemas.list, response: { 200: page } } },
    request => queries.page(request.query, request.caller))
})

app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
