"""What well-known functions of Rust do to a value."""

from __future__ import annotations

from mainstay.check.flow.value import EVERYTHING
from mainstay.check.words import words

SAFE_FOR: dict[str, tuple[str, ...]] = {
    "std.cmp.min": ("size",),
    "uuid.Uuid.parse_str": (EVERYTHING,),
    "uuid.Uuid.from_str": (EVERYTHING,),
    "chrono.NaiveDate.parse_from_str": (EVERYTHING,),
    "html_escape.encode_text": ("html",),
    "html_escape.encode_safe": ("html",),
    "askama_escape.escape": ("html",),
    "ammonia.clean": ("html",),
    "urlencoding.encode": ("url", "path", "header", "log", "html", "shell", "redirect"),
    "percent_encoding.utf8_percent_encode": ("url", "path", "header", "log", "html", "shell", "redirect"),
    "shell_escape.escape": ("shell",),
    "shell_words.quote": ("shell",),
    "regex.escape": ("regex", "redos"),
    "sanitize_filename.sanitize": ("path",),
}
SAFE_METHODS: dict[str, tuple[str, ...]] = {
    "len": (EVERYTHING,),
    "is_empty": (EVERYTHING,),
    "is_some": (EVERYTHING,),
    "is_none": (EVERYTHING,),
    "contains": (EVERYTHING,),
    "starts_with": (EVERYTHING,),
    "ends_with": (EVERYTHING,),
    "eq": (EVERYTHING,),
    "cmp": (EVERYTHING,),
    "is_match": (EVERYTHING,),
    "file_name": ("path",),
    "min": ("size",),
    "clamp": ("size",),
    "finalize": (EVERYTHING,),
    "to_ne_bytes": (EVERYTHING,),
}
FRESH = words(
    """
    fetch_one fetch_optional fetch_all fetch execute load first get_result get_results find find_by_id filter query
    query_as query_scalar query_one query_opt query_row query_map one all send render render_template get_template
    entry entry_by_ref insert insert_into update delete hash_password verify verify_password hash digest encode decode
    spawn output status call exec save or_insert or_insert_with or_try_insert_with get_or_insert_with set values bind
    push_bind query! query_as! query_scalar! query_unchecked! query_as_unchecked! and filter_map any position
    """
)
"""Methods whose answer is not the caller's text any more, though they were given it."""
ON_TEXT = words(
    """
    get to_string to_owned trim trim_start trim_end to_lowercase to_uppercase replace split split_once strip_prefix
    strip_suffix chars lines join concat collect unwrap_or unwrap_or_else parse as_str to_str path query headers
    into_string into_bytes to_bytes display join push lossy to_string_lossy next last nth read bytes text json
    """
)
"""Methods whose answer is made of the value itself."""
