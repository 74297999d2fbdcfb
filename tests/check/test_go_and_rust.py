"""Go and Rust: what is followed through packages, receivers, interfaces and fields; groups and mounted routers."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.finding import Finding
from mainstay.check.gather import gather
from mainstay.check.project import read
from mainstay.check.review import review


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def found(folder: Path, rule: str) -> list[Finding]:
    return [each for each in review(folder).findings if each.rule == rule]


GO = {
    "go.mod": "module example.org/shop\n\ngo 1.22\n",
    "main.go": """package main

import (
	"database/sql"

	"example.org/shop/api"
	"example.org/shop/store"
	"github.com/gin-gonic/gin"
)

func main() {
	db, _ := sql.Open("postgres", "")
	router := gin.Default()
	api.Register(router.Group("/v1"), api.NewHandler(store.New(db)))
}
""",
    "api/handler.go": """package api

import "github.com/gin-gonic/gin"

type Items interface {
	Search(clause string) ([]string, error)
}

type Handler struct {
	items Items
}

func NewHandler(items Items) *Handler { return &Handler{items: items} }

func (h *Handler) list(c *gin.Context) {
	var filter Filter
	if err := c.ShouldBindQuery(&filter); err != nil {
		return
	}
	found, _ := h.items.Search(filter.clause())
	c.JSON(200, found)
}
""",
    "api/routes.go": """package api

import "github.com/gin-gonic/gin"

type Filter struct {
	Name string `form:"name"`
}

func (f Filter) clause() string { return "name = '" + f.Name + "'" }

func Register(group *gin.RouterGroup, h *Handler) {
	items := group.Group("/items")
	items.Use(requireUser)
	items.GET("", h.list)
}
""",
    "store/store.go": """package store

import "database/sql"

type Store struct {
	db *sql.DB
}

func New(db *sql.DB) *Store { return &Store{db: db} }

func (s *Store) Search(clause string) ([]string, error) {
	return s.run("SELECT name FROM items WHERE " + clause)
}

func (s *Store) run(query string) ([]string, error) {
	_, err := s.db.Query(query)
	return nil, err
}
""",
}


def test_input_of_go_is_followed_through_packages_receivers_and_an_interface(tmp_path: Path) -> None:
    write(tmp_path, GO)
    (finding,) = found(tmp_path, "sql-injection")
    assert str(finding.place) == "store/store.go:16"
    paths = {step.place.path for step in finding.proof}
    assert paths == {"api/handler.go", "api/routes.go", "store/store.go"}


def test_a_route_of_go_has_the_path_and_the_guards_of_its_groups(tmp_path: Path) -> None:
    write(tmp_path, GO)
    (route,) = gather(read(tmp_path)).routes
    assert (route.path, route.guards, route.stack) == ("/v1/items", ("requireUser",), "gin")


@pytest.mark.parametrize("checked", [True, False])
def test_a_number_or_a_checked_value_of_go_does_no_harm(tmp_path: Path, checked: bool) -> None:
    known = GO | {"api/routes.go": GO["api/routes.go"].replace("Name string", "Name int")}
    if checked:
        allow = 'if f.Name != "a" && f.Name != "b" { return "" }\n\treturn "name = \'"'
        known = GO | {"api/routes.go": GO["api/routes.go"].replace('return "name = \'"', allow)}
    write(tmp_path, known)
    assert found(tmp_path, "sql-injection") == []


def test_functions_in_fields_of_go_are_followed(tmp_path: Path) -> None:
    text = """package main

import (
	"net/http"
	"os/exec"
)

type Job struct {
	run func(name string)
}

var jobs = []*Job{{run: start}}

func start(name string) { exec.Command(name).Run() }

func handle(w http.ResponseWriter, r *http.Request) {
	for _, job := range all() {
		job.run(r.FormValue("name"))
	}
}

func all() []*Job { return jobs }

func main() { http.HandleFunc("/jobs", handle) }
"""
    write(tmp_path, {"go.mod": "module shop\n", "main.go": text})
    assert [str(each.place) for each in found(tmp_path, "command-injection")] == ["main.go:14"]


RUST = {
    "Cargo.toml": '[package]\nname = "shop"\n\n[dependencies]\naxum = "0.8"\nsqlx = "0.8"\n',
    "src/main.rs": """mod http;
mod store;

#[tokio::main]
async fn main() {
    let app = http::router();
}
""",
    "src/http/mod.rs": """pub mod items;

use axum::Router;

pub fn router() -> Router {
    Router::new().nest("/v1", items::router().layer(from_fn(require_user)))
}
""",
    "src/http/items.rs": """use axum::{extract::{Query, State}, routing::get, Json, Router};

use crate::store::Store;

#[derive(Deserialize)]
pub struct Filter {
    name: String,
    page: i64,
}

pub fn router() -> Router {
    Router::new().route("/items", get(list))
}

async fn list(State(store): State<Store>, Query(filter): Query<Filter>) -> Json<Vec<String>> {
    Json(store.search(format!("name = '{}'", filter.name), filter.page).await)
}
""",
    "src/store.rs": """use sqlx::PgPool;

pub struct Store {
    db: PgPool,
}

impl Store {
    pub async fn search(&self, clause: String, page: i64) -> Vec<String> {
        let statement = format!("SELECT name FROM items WHERE {clause} LIMIT 20 OFFSET {page}");
        self.run(&statement).await
    }

    async fn run(&self, statement: &str) -> Vec<String> {
        match sqlx::query_scalar(statement).fetch_all(&self.db).await {
            Ok(found) => found,
            Err(_) => vec![],
        }
    }
}
""",
}


def test_input_of_rust_is_followed_through_modules_and_methods(tmp_path: Path) -> None:
    write(tmp_path, RUST)
    (finding,) = found(tmp_path, "sql-injection")
    assert str(finding.place) == "src/store.rs:14"
    assert {step.place.path for step in finding.proof} == {"src/http/items.rs", "src/store.rs"}


def test_a_route_of_rust_has_the_path_and_the_layers_of_the_routers_around_it(tmp_path: Path) -> None:
    write(tmp_path, RUST)
    (route,) = gather(read(tmp_path)).routes
    assert (route.path, route.guards, route.stack) == ("/v1/items", ("require_user",), "axum")


def test_a_number_of_rust_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, RUST | {"src/http/items.rs": RUST["src/http/items.rs"].replace("name: String", "name: i64")})
    assert found(tmp_path, "sql-injection") == []


def test_a_scope_of_actix_guards_what_is_configured_in_it(tmp_path: Path) -> None:
    text = """use actix_web::{get, web, App, HttpResponse, HttpServer};

#[get("/items/{id}")]
async fn item(id: web::Path<i64>) -> HttpResponse { HttpResponse::Ok().finish() }

fn items(config: &mut web::ServiceConfig) {
    config.service(item).route("/items", web::post().to(create));
}

async fn create() -> HttpResponse { HttpResponse::Created().finish() }

async fn run() {
    HttpServer::new(|| App::new().service(web::scope("/v1").wrap(Authentication).configure(items)));
}
"""
    write(tmp_path, {"Cargo.toml": '[package]\nname = "shop"\n[dependencies]\nactix-web = "4"\n', "src/main.rs": text})
    routes = {(each.methods, each.path, each.guards) for each in gather(read(tmp_path)).routes}
    assert routes == {
        (("GET",), "/v1/items/{id}", ("Authentication",)),
        (("POST",), "/v1/items", ("Authentication",)),
    }


@pytest.mark.parametrize("extractor, confidence", [("MaybeAuthUser", "review"), ("AuthUser", "likely")])
def test_a_list_of_rust_is_as_open_as_a_sibling_that_may_be_asked_by_nobody(
    tmp_path: Path, extractor: str, confidence: str
) -> None:
    text = """use axum::{extract::State, routing::{get, post}, Router};
use sqlx::PgPool;

async fn create(user: AuthUser) {}
async fn feed(user: AuthUser) {}
async fn one(user: EXTRACTOR) {}

async fn tags(State(db): State<PgPool>) {
    keep(sqlx::query("SELECT DISTINCT tag FROM items LIMIT 20").fetch_all(&db).await);
}

fn app() -> Router<PgPool> {
    Router::new()
        .route("/items", post(create))
        .route("/items/feed", get(feed))
        .route("/items/{id}", get(one))
        .route("/tags", get(tags))
}
""".replace("EXTRACTOR", extractor)
    write(tmp_path, {"Cargo.toml": '[package]\nname = "shop"\n[dependencies]\naxum = "0.8"\n', "src/main.rs": text})
    assert [(each.place.line, each.confidence) for each in found(tmp_path, "missing-authentication")] == [
        (17, confidence)
    ]


GO_MOD = {"go.mod": "module example.org/shop\n\ngo 1.22\n"}


@pytest.mark.parametrize(
    "claims, endless",
    [
        ('claims := token.Claims.(jwt.MapClaims)\n\tclaims["sub"] = id', True),
        ('claims := token.Claims.(jwt.MapClaims)\n\tclaims["sub"] = id\n\tclaims["exp"] = end', False),
        ('token.Claims = jwt.MapClaims{"sub": id}', True),
        ('token.Claims = jwt.MapClaims{"sub": id, "exp": end}', False),
        ("token.Claims = made(id)", False),
    ],
)
def test_claims_that_are_put_into_a_token_after_it_was_made_count(tmp_path: Path, claims: str, endless: bool) -> None:
    text = f"""package main

import "github.com/dgrijalva/jwt-go"

func sign(id string, end int64) string {{
	token := jwt.New(jwt.SigningMethodHS256)
	{claims}
	out, _ := token.SignedString(key)
	return out
}}
"""
    write(tmp_path, GO_MOD | {"token.go": text})
    assert bool(found(tmp_path, "token-endless")) == endless


@pytest.mark.parametrize("name, weak", [("HashPassword", True), ("HashPasswordToken", False), ("Checksum", False)])
def test_what_a_function_that_hashes_passwords_is_given_is_a_password(tmp_path: Path, name: str, weak: bool) -> None:
    text = f"""package main

import (
	"crypto/md5"
	"fmt"
)

func {name}(plain string) string {{ return fmt.Sprintf("%x", md5.Sum([]byte(plain))) }}
"""
    write(tmp_path, GO_MOD | {"hash.go": text})
    assert bool(found(tmp_path, "weak-password-hash")) == weak


BINDS = """package main

import (
	"github.com/gin-gonic/gin"
	"golang.org/x/crypto/bcrypt"
	"gorm.io/gorm"
)

type User struct {
	Name         string
	PasswordHash string
}

type Form struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	user     User
}

func bind(c *gin.Context, into interface{}) error { return c.ShouldBindJSON(into) }

func (f *Form) fill(c *gin.Context) error {
	if err := bind(c, f); err != nil {
		return err
	}
	f.user.Name = f.Name
	f.user.PasswordHash = KEPT
	return nil
}

func register(router *gin.Engine, db *gorm.DB) {
	router.POST("/users", func(c *gin.Context) {
		form := Form{}
		if form.fill(c) == nil {
			db.Create(&form.user)
		}
	})
}
"""


@pytest.mark.parametrize("kept, clear", [("f.Password", True), ("hashed(f.Password)", False)])
def test_what_a_function_reads_through_a_pointer_its_caller_has_too(tmp_path: Path, kept: str, clear: bool) -> None:
    hashed = """
func hashed(plain string) string {
	out, _ := bcrypt.GenerateFromPassword([]byte(plain), 12)
	return string(out)
}
"""
    write(tmp_path, GO_MOD | {"users.go": BINDS.replace("KEPT", kept) + hashed})
    assert bool(found(tmp_path, "password-in-clear")) == clear


GUARDED = """package main

import "github.com/gin-gonic/gin"

func authenticate(required bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.GetHeader("Authorization") == "" {
			if required {
				c.AbortWithStatus(401)
			}
			return
		}
		c.Set("user", c.GetHeader("Authorization"))
	}
}

func userIDFromToken(c *gin.Context) string { return c.GetString("user") }

func remove(c *gin.Context) { db.Delete(&Item{}, userIDFromToken(c)) }
func create(c *gin.Context) { db.Create(&Item{}) }

func main() {
	router := gin.Default()
	open := router.Group("/items")
	open.Use(authenticate(REQUIRED))
	open.DELETE("/:id", remove)
	closed := router.Group("/items")
	closed.Use(authenticate(true))
	closed.POST("", create)
}
"""


@pytest.mark.parametrize("required", [True, False])
def test_a_guard_that_lets_everybody_through_is_none(tmp_path: Path, required: bool) -> None:
    write(tmp_path, GO_MOD | {"main.go": GUARDED.replace("REQUIRED", str(required).lower())})
    routes = {each.methods: bool(each.guards) for each in gather(read(tmp_path)).routes}
    assert routes == {("DELETE",): required, ("POST",): True}
    assert bool(found(tmp_path, "missing-authentication")) != required


@pytest.mark.parametrize("verified", [True, False])
def test_a_token_that_is_only_parsed_is_not_verified(tmp_path: Path, verified: bool) -> None:
    verify = "let token = token.verify_with_key(&key).unwrap();" if verified else ""
    text = f"""fn who(text: &str) -> String {{
    let token = jwt::Token::<jwt::Header, Claims, _>::parse_unverified(text).unwrap();
    {verify}
    let (_header, claims) = token.into();
    claims.name
}}
"""
    write(tmp_path, {"Cargo.toml": '[package]\nname = "shop"\n', "src/main.rs": text})
    assert bool(found(tmp_path, "token-unverified")) != verified


@pytest.mark.parametrize(
    "line, injected",
    [
        ('log.Printf("asked for %q", name)', False),
        ('log.Println(fmt.Sprintf("asked for %q", name))', False),
        ('log.Printf("asked for %q by %s", name, name)', True),
        ('log.Println(fmt.Sprintf("asked for %q by %s", name, name))', True),
    ],
)
def test_what_a_format_of_go_writes_in_quotes_breaks_no_line_of_a_log(
    tmp_path: Path, line: str, injected: bool
) -> None:
    text = f"""package main

import (
	"fmt"
	"log"
	"net/http"
)

func find(w http.ResponseWriter, r *http.Request) {{
	name := r.FormValue("name")
	{line}
}}

func main() {{ http.HandleFunc("/find", find) }}
"""
    write(tmp_path, GO_MOD | {"main.go": text})
    assert bool(found(tmp_path, "log-injection")) == injected
