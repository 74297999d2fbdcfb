// Gin with pgx: what is usual in Go, on PostgreSQL.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type author struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

type comment struct {
	ID        uuid.UUID `json:"id"`
	Text      string    `json:"text"`
	RecipeID  uuid.UUID `json:"recipe_id"`
	AuthorID  uuid.UUID `json:"author_id"`
	CreatedAt time.Time `json:"created_at"`
}

type recipe struct {
	ID        uuid.UUID `json:"id"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Published bool      `json:"published"`
	Servings  int       `json:"servings"`
	AuthorID  uuid.UUID `json:"author_id"`
	CreatedAt time.Time `json:"created_at"`
	Author    *author   `json:"author,omitempty"`
}

type related struct {
	recipe
	Comments []comment `json:"comments"`
	Tags     []author  `json:"tags"`
}

type newRecipe struct {
	Title     string    `json:"title" binding:"required,min=1,max=120"`
	Body      string    `json:"body" binding:"required,min=1,max=20000"`
	Published bool      `json:"published"`
	Servings  int       `json:"servings" binding:"required,min=1,max=100"`
	AuthorID  uuid.UUID `json:"author_id" binding:"required"`
}

type asked struct {
	AuthorID  string `form:"author_id" binding:"required,uuid"`
	Published bool   `form:"published"`
	Sort      string `form:"sort" binding:"omitempty,oneof=-created_at"`
	Include   string `form:"include" binding:"omitempty,oneof=author comments0x2Ctags"`
	Limit     int    `form:"limit,default=20" binding:"min=1,max=100"`
}

const (
	columns = "id, title, body, published, servings, author_id, created_at"
	order   = " ORDER BY created_at DESC, id DESC LIMIT "
	getOne  = "SELECT " + columns + " FROM recipes WHERE id = $1"
	list    = "SELECT " + columns + " FROM recipes WHERE author_id = $1 AND published = $2" + order + "$3"
	own     = "SELECT " + columns + " FROM recipes WHERE author_id = $1 AND published = $2" +
		" AND (published OR author_id = $4)" + order + "$3"
	withAuthor = "SELECT r.id, r.title, r.body, r.published, r.servings, r.author_id, r.created_at, a.name" +
		" FROM recipes r JOIN authors a ON a.id = r.author_id WHERE r.author_id = $1 AND r.published = $2" +
		" ORDER BY r.created_at DESC, r.id DESC LIMIT $3"
	comments = "SELECT id, text, recipe_id, author_id, created_at FROM comments WHERE recipe_id = ANY($1)" +
		" ORDER BY created_at, id"
	tags = "SELECT l.recipe_id, t.id, t.name FROM recipe_tags l JOIN tags t ON t.id = l.tag_id" +
		" WHERE l.recipe_id = ANY($1) ORDER BY t.name, t.id"
	create = "INSERT INTO recipes (" + columns + ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
	secret = "a secret of the benchmark, and long enough"
	calls  = 10_000_000 // a rate limit that is counted and never reached
)

var pool *pgxpool.Pool

func fields(r *recipe) []any {
	return []any{&r.ID, &r.Title, &r.Body, &r.Published, &r.Servings, &r.AuthorID, &r.CreatedAt}
}

func scanned(row pgx.CollectableRow) (recipe, error) {
	var found recipe
	err := row.Scan(fields(&found)...)
	return found, err
}

func scannedWithAuthor(row pgx.CollectableRow) (recipe, error) {
	var found recipe
	found.Author = &author{}
	err := row.Scan(append(fields(&found), &found.Author.Name)...)
	found.Author.ID = found.AuthorID
	return found, err
}

func failed(c *gin.Context, status int, code string) {
	c.AbortWithStatusJSON(status, gin.H{"error": code})
}

func get(c *gin.Context) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		failed(c, http.StatusUnprocessableEntity, "VALIDATION_ERROR")
		return
	}
	rows, _ := pool.Query(c, getOne, id)
	found, err := pgx.CollectExactlyOneRow(rows, scanned)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		failed(c, http.StatusNotFound, "NOT_FOUND")
	case err != nil:
		failed(c, http.StatusInternalServerError, "INTERNAL")
	default:
		c.JSON(http.StatusOK, gin.H{"data": found})
	}
}

func page(c *gin.Context) {
	given := asked{Published: true}
	if err := c.ShouldBindQuery(&given); err != nil {
		failed(c, http.StatusUnprocessableEntity, "VALIDATION_ERROR")
		return
	}
	statement, scan := list, scanned
	values := []any{uuid.MustParse(given.AuthorID), given.Published, given.Limit + 1}
	if caller, there := c.Get("caller"); there {
		statement, values = own, append(values, caller)
	} else if given.Include == "author" {
		statement, scan = withAuthor, scannedWithAuthor
	}
	rows, _ := pool.Query(c, statement, values...)
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		failed(c, http.StatusInternalServerError, "INTERNAL")
		return
	}
	meta := gin.H{"limit": given.Limit, "next": nil}
	if len(found) > given.Limit {
		found = found[:given.Limit]
		last := found[given.Limit-1]
		meta["next"] = last.CreatedAt.Format(time.RFC3339Nano) + "," + last.ID.String()
	}
	if given.Include != "comments,tags" {
		c.JSON(http.StatusOK, gin.H{"data": found, "meta": meta})
		return
	}
	whole, err := withRelated(c, found)
	if err != nil {
		failed(c, http.StatusInternalServerError, "INTERNAL")
		return
	}
	c.JSON(http.StatusOK, gin.H{"data": whole, "meta": meta})
}

// Both statements in one round trip, as pgx's batches are for.
func withRelated(ctx context.Context, found []recipe) ([]related, error) {
	whole := make([]related, len(found))
	places := make(map[uuid.UUID]*related, len(found))
	ids := make([]uuid.UUID, len(found))
	for i := range found {
		whole[i] = related{found[i], []comment{}, []author{}}
		places[found[i].ID] = &whole[i]
		ids[i] = found[i].ID
	}
	batch := &pgx.Batch{}
	batch.Queue(comments, ids)
	batch.Queue(tags, ids)
	results := pool.SendBatch(ctx, batch)
	defer results.Close()
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	var one comment
	_, err = pgx.ForEachRow(rows, []any{&one.ID, &one.Text, &one.RecipeID, &one.AuthorID, &one.CreatedAt}, func() error {
		places[one.RecipeID].Comments = append(places[one.RecipeID].Comments, one)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if rows, err = results.Query(); err != nil {
		return nil, err
	}
	var of uuid.UUID
	var tag author
	_, err = pgx.ForEachRow(rows, []any{&of, &tag.ID, &tag.Name}, func() error {
		places[of].Tags = append(places[of].Tags, tag)
		return nil
	})
	return whole, err
}

func made(c *gin.Context) {
	var given newRecipe
	if err := c.ShouldBindJSON(&given); err != nil {
		failed(c, http.StatusUnprocessableEntity, "VALIDATION_ERROR")
		return
	}
	id, _ := uuid.NewV7()
	row := recipe{
		ID: id, Title: given.Title, Body: given.Body, Published: given.Published, Servings: given.Servings,
		AuthorID: given.AuthorID, CreatedAt: time.Now().UTC(),
	}
	_, err := pool.Exec(c, create, row.ID, row.Title, row.Body, row.Published, row.Servings, row.AuthorID, row.CreatedAt)
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && refused.Code == "23503":
		failed(c, http.StatusUnprocessableEntity, "NO_SUCH_AUTHOR")
	case err != nil:
		failed(c, http.StatusInternalServerError, "INTERNAL")
	default:
		c.JSON(http.StatusCreated, gin.H{"data": row})
	}
}

var (
	lock   sync.Mutex
	fullAt = map[string]time.Time{}
	format = regexp.MustCompile(`^[\w.-]{8,64}$`)
)

// The generic cell rate algorithm.
func allowed(caller string) bool {
	lock.Lock()
	defer lock.Unlock()
	now := time.Now()
	full := fullAt[caller]
	if full.Before(now) {
		full = now
	}
	full = full.Add(time.Minute / calls)
	if full.Sub(now) > time.Minute {
		return false
	}
	fullAt[caller] = full
	return true
}

func key(*jwt.Token) (any, error) { return []byte(secret), nil }

func guarded(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		started := time.Now()
		id := c.GetHeader("X-Request-ID")
		if !format.MatchString(id) {
			made := make([]byte, 16)
			_, _ = rand.Read(made)
			id = hex.EncodeToString(made)
		}
		c.Header("X-Request-ID", id)
		who := ""
		if header := c.GetHeader("Authorization"); len(header) > 7 && header[:7] == "Bearer " {
			token, err := jwt.Parse(header[7:], key, jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())
			if err == nil {
				who, _ = token.Claims.GetSubject()
			}
		}
		caller, err := uuid.Parse(who)
		switch {
		case err != nil:
			failed(c, http.StatusUnauthorized, "UNAUTHENTICATED")
		case !allowed(who):
			failed(c, http.StatusTooManyRequests, "TOO_MANY_REQUESTS")
		default:
			c.Set("caller", caller)
			c.Next()
		}
		log.Info("request", "method", c.Request.Method, "path", c.Request.URL.Path, "status", c.Writer.Status(),
			"actor", who, "address", c.ClientIP(), "request_id", id, "seconds", time.Since(started).Seconds())
	}
}

func main() {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		panic(err)
	}
	config.MaxConns = 20
	if pool, err = pgxpool.NewWithConfig(context.Background(), config); err != nil {
		panic(err)
	}
	file, err := os.OpenFile(os.Getenv("ACCESS_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	gin.SetMode(gin.ReleaseMode)
	gin.EnableJsonDecoderDisallowUnknownFields()
	routes := gin.New()
	routes.Use(gin.Recovery())
	api := routes.Group("/api/v1")
	api.GET("/hello", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"data": "Hello, world"}) })
	api.GET("/recipes", page)
	api.GET("/recipes/:id", get)
	api.POST("/recipes", made)
	api.GET("/guarded-recipes", guarded(slog.New(slog.NewJSONHandler(file, nil))), page)
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], routes); err != nil {
		panic(err)
	}
}
