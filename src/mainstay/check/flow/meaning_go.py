"""What well-known functions of Go do to a value."""

from __future__ import annotations

from mainstay.check.flow.value import EVERYTHING
from mainstay.check.words import words

ERROR_FIELDS = ("gorm.io/gorm", "github.com/jinzhu/gorm")
"""Libraries whose answers have their error as a field."""
URL = ("url", "path", "header", "log", "html", "shell", "redirect")
SAFE_FOR: dict[str, tuple[str, ...]] = {
    "strconv.Atoi": (EVERYTHING,),
    "strconv.ParseInt": (EVERYTHING,),
    "strconv.ParseUint": (EVERYTHING,),
    "strconv.ParseFloat": (EVERYTHING,),
    "strconv.ParseBool": (EVERYTHING,),
    "strconv.Itoa": (EVERYTHING,),
    "strconv.FormatInt": (EVERYTHING,),
    "strconv.Quote": ("log", "header"),
    "time.Parse": (EVERYTHING,),
    "time.ParseDuration": (EVERYTHING,),
    "github.com/google/uuid.Parse": (EVERYTHING,),
    "github.com/google/uuid.MustParse": (EVERYTHING,),
    "github.com/gofrs/uuid.FromString": (EVERYTHING,),
    "github.com/satori/go.uuid.FromString": (EVERYTHING,),
    "go.mongodb.org/mongo-driver/bson/primitive.ObjectIDFromHex": (EVERYTHING,),
    "github.com/shopspring/decimal.NewFromString": (EVERYTHING,),
    "net.ParseIP": ("shell", "path", "html", "sql", "log", "header"),
    "html.EscapeString": ("html",),
    "html/template.HTMLEscapeString": ("html",),
    "text/template.HTMLEscapeString": ("html",),
    "github.com/microcosm-cc/bluemonday.UGCPolicy.Sanitize": ("html",),
    "github.com/microcosm-cc/bluemonday.StrictPolicy.Sanitize": ("html",),
    "path/filepath.Base": ("path",),
    "path.Base": ("path",),
    "path.Ext": ("path",),
    "path/filepath.Ext": ("path",),
    "github.com/cyphar/filepath-securejoin.SecureJoin": ("path",),
    "net/url.QueryEscape": URL,
    "net/url.PathEscape": URL,
    "github.com/lib/pq.QuoteIdentifier": ("sql",),
    "github.com/lib/pq.QuoteLiteral": ("sql",),
    "github.com/jackc/pgx.Identifier.Sanitize": ("sql",),
    "github.com/go-ldap/ldap.EscapeFilter": ("ldap",),
    "github.com/alessio/shellescape.Quote": ("shell",),
    "strings.Contains": (EVERYTHING,),
    "strings.HasPrefix": (EVERYTHING,),
    "strings.HasSuffix": (EVERYTHING,),
    "strings.Index": (EVERYTHING,),
    "strings.Count": (EVERYTHING,),
    "strings.EqualFold": (EVERYTHING,),
    "bytes.Equal": (EVERYTHING,),
    "crypto/hmac.Equal": (EVERYTHING,),
    "encoding/json.Valid": (EVERYTHING,),
}
SAFE_METHODS: dict[str, tuple[str, ...]] = {
    "MatchString": (EVERYTHING,),
    "Sanitize": ("html",),
    "SanitizeBytes": ("html",),
    "Sum256": (EVERYTHING,),
    "Sum512": (EVERYTHING,),
    "EncodeToString": ("sql", "shell", "path", "html", "log", "redirect", "url"),
    "Encode": ("shell", "path", "html", "log", "sql", "url", "redirect"),
    "Unix": (EVERYTHING,),
    "AuthCodeURL": ("url", "redirect"),
}
FRESH = words(
    """
    Query QueryRow QueryContext QueryRowContext Queryx QueryxContext QueryRowx QueryRowxContext Exec ExecContext
    Prepare PrepareContext NamedExec NamedQuery MustExec Where First Find Take Last Create Save Delete Update Updates
    Model Table Raw Do Get Post Head PostForm NewRequest NewRequestWithContext NewWithClaims SignedString
    GenerateFromPassword CompareHashAndPassword HashPassword Sum Sum256 Sum512 FindOne InsertOne UpdateOne DeleteOne
    Redirect JSON HTML ParseWithClaims Open Stat ReadFile ReadDir Create OpenFile Command CommandContext Dial
    WriteFile WithValue WithContext Errorf
    """
)
"""Methods whose answer is not the caller's text any more, though they were given it."""
ON_TEXT = words(
    """
    Get Bytes String Text Query Values Split Fields TrimSpace Trim TrimPrefix TrimSuffix TrimLeft TrimRight ToLower
    ToUpper Title Replace ReplaceAll Join Read ReadAll ReadString Lookup Cookie Encode Host Path
    """
)
"""Methods whose answer is made of the value itself."""
