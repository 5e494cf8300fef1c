"""PQL text to tree, by recursive descent.

Sources: the formats of Adobe's PQL function reference. Precedence, loosest first: `or`, `and`,
`not`, comparison, sum, product, sign, member access.
"""

from __future__ import annotations

import math
from typing import Any

from harness.aep.pql import tree
from harness.aep.pql.functions import check_call
from harness.aep.pql.moments import UNITS
from harness.aep.pql.tokens import PqlError, Token, TokenKind, tokenize

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_SPELLINGS = {"==": "=", "<>": "!="}
_TIME_WORDS = ("now", "today", "yesterday", "tomorrow")
_PERIODS = ("this", "last", "next")
_QUANTIFIERS = ("select", "exists", "forall")
_LONGEST = 10_000
_LONGEST_NUMBER = 18
_DEEPEST = 60


def parse(text: str) -> tree.QueryNode:
    """Read a condition; raise PqlError when it is not PQL, or not of the evaluated subset."""
    root = parse_value(text)
    check_boolean(root)
    return root


def parse_value(text: str) -> tree.QueryNode:
    """Read an expression of any value; raise PqlError as `parse` does."""
    if not text.strip():
        raise PqlError("the expression is empty")
    if len(text) > _LONGEST:
        raise PqlError(f"the expression is longer than {_LONGEST} characters")
    root = _Parser(tokenize(text)).whole()
    check_depth(root)
    return root


def check_depth(root: tree.QueryNode) -> None:
    """Raise PqlError for a tree deeper than the evaluation, which is recursive, may go."""
    level: list[Any] = [root]
    for _ in range(_DEEPEST * 2):
        level = [part for node in level for part in tree.parts(node)]
        if not level:
            return
    raise PqlError("the expression is nested too deeply")


def check_boolean(root: tree.QueryNode) -> None:
    """Raise PqlError for a root that can never say whether a profile qualifies."""
    match root:
        case tree.Literal(value=bool()):
            return
        case tree.Literal() | tree.ListLiteral() | tree.ObjectLiteral() | tree.TimeWord() | tree.Period():
            raise PqlError("the expression must be a condition, not a value")
        case tree.Binary(operator="+" | "-" | "*" | "/" | "%") | tree.Unary(operator="-"):
            raise PqlError("the expression must be a condition, not a calculation")
        case tree.Lambda(body=body) | tree.Let(body=body):
            check_boolean(body)
        case _:
            return


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    # words

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _next(self) -> Token:
        token = self._token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _is(self, *texts: str) -> bool:
        token = self._token
        return token.kind in (TokenKind.SYMBOL, TokenKind.NAME) and token.text in texts

    def _is_word(self, word: str) -> bool:
        return self._token.kind is TokenKind.NAME and self._token.text.lower() == word

    def _take(self, *texts: str) -> str | None:
        return self._next().text if self._is(*texts) else None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise self._unexpected(f"expected {text!r}")

    def _name(self, what: str) -> str:
        if self._token.kind is not TokenKind.NAME:
            raise self._unexpected(f"expected {what}")
        return self._next().text

    def _unexpected(self, why: str) -> PqlError:
        token = self._token
        found = "the end" if token.kind is TokenKind.END else repr(token.text)
        return PqlError(f"{why}, found {found}", token.position)

    # expressions

    def whole(self) -> tree.QueryNode:
        root = self._lambda() or self._expression()
        if self._token.kind is not TokenKind.END:
            raise self._unexpected("expected the end of the expression")
        return root

    def _lambda(self) -> tree.QueryNode | None:
        shape = [self._peek(ahead).text for ahead in range(4)]
        if shape[0] == "(" and shape[2:4] == [")", "=>"] and self._peek(1).kind is TokenKind.NAME:
            self._at += 4
            return tree.Lambda(parameter=shape[1], body=self._expression())
        return None

    def _entry_lambda(self) -> tree.QueryNode | None:
        shape = [self._peek(ahead).text for ahead in range(6)]
        if shape[0] != "(" or shape[2] != "," or shape[4:] != [")", "=>"]:
            return None
        self._at += 6
        return tree.EntryLambda(key=shape[1], group=shape[3], body=self._expression())

    def _expression(self) -> tree.QueryNode:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PqlError("the expression is nested too deeply", self._token.position)
        operands = [self._conjunction()]
        while self._is_word("or"):
            self._next()
            operands.append(self._conjunction())
        self._depth -= 1
        return tree.join("or", operands)

    def _conjunction(self) -> tree.QueryNode:
        operands = [self._negation()]
        while self._is_word("and"):
            self._next()
            operands.append(self._negation())
        return tree.join("and", operands)

    def _negation(self) -> tree.QueryNode:
        negations = 0
        while self._is_word("not") or self._is("!"):
            self._next()
            negations += 1
        node = self._comparison()
        for _ in range(negations):
            node = tree.Unary(operator="not", operand=node)
        return node

    def _comparison(self) -> tree.QueryNode:
        left = self._sum()
        if self._token.kind is TokenKind.SYMBOL:
            operator = _SPELLINGS.get(self._token.text, self._token.text)
            if operator in COMPARISONS:
                self._next()
                return tree.Binary(operator=operator, left=left, right=self._sum())
            return left
        if self._take("occurs"):
            return self._occurs(left)
        negated = self._is_word("not") and self._peek().text in ("in", "like")
        if negated:
            self._next()
        operator = self._take("in", "notIn", "like") or ""
        if not operator:
            return left
        node = tree.Binary(operator=operator, left=left, right=self._sum())
        return tree.Unary(operator="not", operand=node) if negated else node

    def _occurs(self, timestamp: tree.QueryNode) -> tree.QueryNode:
        if self._token.kind is TokenKind.SYMBOL and self._token.text in COMPARISONS:
            comparison = self._next().text
            amount = self._amount()
            unit = self._unit()
            direction = self._take("before", "after", "from")
            if direction is None:
                raise self._unexpected("expected 'before', 'after' or 'from'")
            return tree.OccursWithin(
                timestamp=timestamp,
                comparison=comparison,
                amount=amount,
                unit=unit,
                direction=direction,
                reference=self._moment(),
            )
        if self._take("between"):
            low = self._moment()
            self._expect("and")
            return tree.OccursBetween(timestamp=timestamp, low=low, high=self._moment())
        direction = self._take("before", "after", "on") or "on"
        return tree.OccursTo(timestamp=timestamp, direction=direction, reference=self._moment())

    def _amount(self) -> int:
        if self._token.kind is not TokenKind.INTEGER or len(self._token.text) > 7:
            raise self._unexpected("expected a whole number of time units below ten million")
        return int(self._next().text)

    def _unit(self) -> str:
        word = self._name("a unit of time")
        if word not in UNITS:
            raise PqlError(
                f"{word!r} is not a unit of time; they are {', '.join(UNITS)}",
                self._tokens[self._at - 1].position,
            )
        return UNITS[word]

    def _moment(self) -> tree.QueryNode:
        if self._is(*_PERIODS):
            which = self._next().text
            return tree.Period(which=which, unit=self._unit())
        return self._sum()

    def _sum(self) -> tree.QueryNode:
        node = self._product()
        while self._token.kind is TokenKind.SYMBOL and self._is("+", "-"):
            operator = self._next().text
            node = tree.Binary(operator=operator, left=node, right=self._product())
        return node

    def _product(self) -> tree.QueryNode:
        node = self._sign()
        while self._token.kind is TokenKind.SYMBOL and self._is("*", "/", "%"):
            operator = self._next().text
            node = tree.Binary(operator=operator, left=node, right=self._sign())
        return node

    def _sign(self) -> tree.QueryNode:
        if self._take("-") is None:
            return self._member()
        if self._is("-"):
            raise self._unexpected("expected a number")
        operand = self._member()
        if isinstance(operand, tree.Literal) and isinstance(operand.value, int | float):
            return tree.Literal(value=-operand.value)
        return tree.Unary(operator="-", operand=operand)

    def _member(self) -> tree.QueryNode:
        node = self._primary()
        while True:
            if self._take("."):
                position = self._token.position
                name = self._name("the name of a field or function")
                if self._is("("):
                    node = self._call(name, node, position)
                else:
                    node = tree.Member(target=node, name=name)
            elif self._take("["):
                inner = self._expression()
                self._expect("]")
                by_key = isinstance(inner, tree.Literal) and isinstance(inner.value, str)
                node = tree.FunctionCall(name="get" if by_key else "filter", target=node, arguments=(inner,))
            else:
                return node

    def _call(self, name: str, target: tree.QueryNode | None, position: int) -> tree.QueryNode:
        self._expect("(")
        arguments: list[tree.QueryNode] = []
        if not self._is(")"):
            arguments.append(self._entry_lambda() or self._expression())
            while self._take(","):
                arguments.append(self._expression())
        self._expect(")")
        call = tree.FunctionCall(name=name, target=target, arguments=tuple(arguments))
        check_call(call, position)
        return call

    def _primary(self) -> tree.QueryNode:
        token = self._token
        match token.kind:
            case TokenKind.STRING:
                return tree.Literal(value=self._next().text)
            case TokenKind.INTEGER:
                if len(token.text) > _LONGEST_NUMBER:
                    raise PqlError("a number has too many digits", token.position)
                return tree.Literal(value=int(self._next().text))
            case TokenKind.DOUBLE:
                number = float(self._next().text)
                if math.isinf(number):
                    raise PqlError("a number is too large", token.position)
                return tree.Literal(value=number)
            case TokenKind.SYMBOL if token.text == "(":
                self._next()
                inner = self._expression()
                self._expect(")")
                return inner
            case TokenKind.SYMBOL if token.text == "[":
                self._next()
                items: list[tree.QueryNode] = []
                while not self._take("]"):
                    if items:
                        self._expect(",")
                    items.append(self._expression())
                return tree.ListLiteral(items=tuple(items))
            case TokenKind.SYMBOL if token.text == "{":
                return self._record()
            case TokenKind.NAME:
                return self._named()
            case _:
                raise self._unexpected("expected a value")

    def _record(self) -> tree.QueryNode:
        self._expect("{")
        entries: dict[str, tree.QueryNode] = {}
        while not self._take("}"):
            if entries:
                self._expect(",")
            if self._token.kind not in (TokenKind.STRING, TokenKind.NAME):
                raise self._unexpected("expected the name of a field")
            name = self._next().text
            self._expect(":")
            entries[name] = self._expression()
        return tree.ObjectLiteral(names=tuple(entries), values=tuple(entries.values()))

    def _named(self) -> tree.QueryNode:
        token = self._next()
        word = token.text
        literals: dict[str, Any] = {"true": True, "false": False, "null": None}
        if word.lower() in literals:
            return tree.Literal(value=literals[word.lower()])
        if word.lower() == "chain":
            raise PqlError("sequences of events ('chain') are not supported", token.position)
        if word in _QUANTIFIERS and self._token.kind is TokenKind.NAME and self._peek().text == "from":
            return self._quantified(word)
        if word == "exists" and (self._is("(") or self._token.kind is TokenKind.NAME):
            return tree.FunctionCall(name="isNotNull", target=self._member(), arguments=())
        if word == "let" and self._peek().text == "=":
            return self._let()
        if self._is("("):
            return self._call(word, None, token.position)
        if word in _TIME_WORDS:
            return tree.TimeWord(word=word)
        if word in ("and", "or", "in", "where", "from", "occurs", *_QUANTIFIERS):
            raise PqlError(f"expected a value, found {word!r}", token.position)
        return tree.Name(text=word)

    def _quantified(self, quantifier: str) -> tree.QueryNode:
        bindings = [self._binding()]
        while self._is(",") and self._peek(1).kind is TokenKind.NAME and self._peek(2).text == "from":
            self._next()
            bindings.append(self._binding())
        return tree.Quantified(quantifier=quantifier, bindings=tuple(bindings))

    def _binding(self) -> tree.Binding:
        variable = self._name("the name of a variable")
        self._expect("from")
        source = self._member()
        condition = self._expression() if self._take("where", ":") else None
        return tree.Binding(variable=variable, source=source, condition=condition)

    def _let(self) -> tree.QueryNode:
        variable = self._name("the name of a variable")
        self._expect("=")
        # A bare "in" ends the value: membership inside it has to be in parentheses.
        value = self._sum()
        self._expect("in")
        return tree.Let(variable=variable, value=value, body=self._expression())
