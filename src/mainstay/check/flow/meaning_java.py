"""What well-known functions of Java do to a value, by their names from the class on."""

from __future__ import annotations

from mainstay.check.flow.value import EVERYTHING
from mainstay.check.words import words

ENCODED = ("url", "path", "redirect", "header", "log", "html", "shell")
SAFE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        words(
            """
            Integer.parseInt Integer.valueOf Long.parseLong Long.valueOf Double.parseDouble Double.valueOf
            Boolean.parseBoolean Boolean.valueOf Short.parseShort UUID.fromString LocalDate.parse Instant.parse
            LocalDateTime.parse NumberUtils.toInt NumberUtils.toLong DigestUtils.md5Hex DigestUtils.sha256Hex
            """
        ),
        (EVERYTHING,),
    ),
    **dict.fromkeys(
        words(
            """
            HtmlUtils.htmlEscape StringEscapeUtils.escapeHtml4 StringEscapeUtils.escapeHtml3
            Encode.forHtml Encode.forHtmlContent Encode.forHtmlAttribute Jsoup.clean HtmlEscapers.htmlEscaper.escape
            """
        ),
        ("html",),
    ),
    **dict.fromkeys(
        words("JSONUtil.parse JSONUtil.toJsonStr JSON.toJSONString ObjectMapper.writeValueAsString Gson.toJson"),
        ("log", "header"),
    ),
    "ESAPI.encoder.encodeForHTML": ("html",),
    "ESAPI.encoder.encodeForSQL": ("sql",),
    "URLEncoder.encode": ENCODED,
    "UriUtils.encode": ENCODED,
    "UriUtils.encodePathSegment": ENCODED,
    "LdapEncoder.filterEncode": ("ldap",),
    "LdapEncoder.nameEncode": ("ldap",),
    "Pattern.quote": ("regex", "redos"),
    "FilenameUtils.getName": ("path",),
    "Math.min": ("size",),
}
"""Functions whose answer can do no harm in some places."""
