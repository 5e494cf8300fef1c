"""How a terminal report is to look: colours, signs, width, and what it leaves out."""

from harness.lazy_dataclass import dataclass
from harness.reporters.outside_text import clean, cut
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.reporters.terminal.colours import Ink, Signs, is_coloured, signs_for, width_of
from harness.secrets.watch import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What every part of the terminal report needs to know. `width` is `None` where lines have no edge.

    `kinds` says whether warnings are told with their kind.
    """

    ink: Ink
    signs: Signs
    width: int | None
    mask: Mask
    verbose: bool = False
    timestamps: bool = False
    console: bool = True
    assertions: bool = True
    successes: bool = True
    kinds: bool = True

    def text(self, text: str) -> str:
        """Make a value from outside fit to be printed: masked, cut, control characters spelled out."""
        return clean(cut(self.mask(text)))

    def whole(self, text: str) -> str:
        """Make a text that is cut elsewhere fit to be printed."""
        return clean(self.mask(text))

    def label(self, text: str) -> str:
        """Make a name or a line of a script fit to be printed, of which what its author wrote stays."""
        return clean(cut(self.mask.label(text)))

    def url(self, url: str) -> str:
        """Make an address fit to be printed, of whose path what its author wrote stays."""
        return clean(cut(self.mask.url(url)))


def style_of(options: ReporterOptions, context: ReporterContext) -> Style:
    """Read the style from the context and newman's options."""
    return Style(
        ink=Ink(is_coloured(context.stream, context.colour, context.environ)),
        signs=signs_for(context.stream, plain=not context.unicode),
        width=width_of(context.stream, context.environ),
        mask=context.mask,
        verbose=context.verbosity == "verbose",
        timestamps=bool(options.get("show-timestamps")),
        console=not options.get("no-console"),
        assertions=not options.get("no-assertions"),
        successes=not options.get("no-success-assertions"),
        kinds=context.dialect.reports.additions,
    )
