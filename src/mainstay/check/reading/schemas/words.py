"""The words of a statement, read one after the other."""

from __future__ import annotations

from mainstay.check.reading.schemas.tokens import Token

END = Token("end", "", "", 0)


class Words:
    """Tokens with a place among them; what is not understood is passed over."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def __bool__(self) -> bool:
        return self.at < len(self.tokens)

    def peek(self, ahead: int = 0) -> Token:
        """The token that comes next, or so many after it."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else END

    def take(self) -> Token:
        """The next token, and goes on."""
        token = self.peek()
        self.at += 1
        return token

    def accept(self, *words: str) -> bool:
        """Goes over these words where they come next, all of them."""
        if all(self.peek(ahead).word == word for ahead, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def one_of(self, *words: str) -> str:
        """Goes over one of these words; which, or nothing."""
        if self.peek().word in words:
            return self.take().word
        return ""

    def name(self) -> str:
        """A name with what stands before it, as `public.orders`; empty where none comes next."""
        if self.peek().kind not in ("word", "quoted", "text"):
            return ""
        parts = [self.take().text]
        while self.peek().text == "." and self.peek(1).kind in ("word", "quoted", "text"):
            self.take()
            parts.append(self.take().text)
        return ".".join(parts)

    def parenthesis(self) -> list[Token]:
        """What stands in the parenthesis that comes next, without it."""
        if self.peek().text != "(":
            return []
        begin, depth = self.at + 1, 0
        while self:
            text = self.take()
            if text.kind == "sign":
                depth += {"(": 1, ")": -1}.get(text.text, 0)
                if depth == 0:
                    return self.tokens[begin : self.at - 1]
        return self.tokens[begin:]

    def until(self, *words: str) -> list[Token]:
        """What stands before one of these words, outside of parentheses."""
        begin = self.at
        while self and self.peek().word not in words:
            if self.peek().text == "(":
                self.parenthesis()
            else:
                self.at += 1
        return self.tokens[begin : self.at]


def parted(tokens: list[Token]) -> list[list[Token]]:
    """What stands between the commas outside of parentheses."""
    out: list[list[Token]] = [[]]
    depth = 0
    for each in tokens:
        if each.kind == "sign":
            depth += {"(": 1, ")": -1}.get(each.text, 0)
            if each.text == "," and depth == 0:
                out.append([])
                continue
        out[-1].append(each)
    return [each for each in out if each]


def joined(tokens: list[Token]) -> str:
    """Tokens as a text again."""
    out = ""
    for each in tokens:
        text = "'" + each.text.strip("'") + "'" if each.kind == "text" else each.text
        tight = not out or text in "(),.[]::" or out[-1] in "([.:"
        out += text if tight else " " + text
    return out
