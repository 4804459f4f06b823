"""A picture as SVG, for the page; its colours are the page's."""

from collections.abc import Iterator

from markupsafe import Markup, escape

from hotline.pictures.shapes import Box, Label, Picture, Stroke


def svg_of(picture: Picture) -> Markup:
    """Return the picture as an SVG element that knows its natural width; what is written in it is escaped."""
    head = Markup('<svg viewBox="0 0 {w:g} {h:g}" style="--width:{w:g}px" role="img" aria-label="{title}">').format(
        w=picture.width, h=picture.height, title=picture.title
    )
    return head + Markup("").join(_elements(picture)) + Markup("</svg>")


def _elements(picture: Picture) -> Iterator[Markup]:
    for shape in picture.shapes:
        if isinstance(shape, Box):
            yield _box(shape)
        elif isinstance(shape, Stroke):
            yield _stroke(shape)
        else:
            yield _label(shape)


def _box(box: Box) -> Markup:
    element = Markup(
        '<rect class="ink-{ink}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill-opacity="{s:.2g}"'
    ).format(ink=box.ink.value, x=box.x, y=box.y, w=box.width, h=box.height, s=box.strength)
    return element + (Markup("><title>{}</title></rect>").format(box.hint) if box.hint else Markup("/>"))


def _stroke(stroke: Stroke) -> Markup:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in stroke.points)
    dashes = Markup(' stroke-dasharray="4 3"') if stroke.dashed else Markup("")
    return Markup('<polyline class="ink-{ink} stroke" points="{points}" stroke-width="{width:g}"{dashes}/>').format(
        ink=stroke.ink.value, points=points, width=stroke.width, dashes=dashes
    )


def _label(label: Label) -> Markup:
    return Markup(
        '<text class="ink-{ink}" x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}">{text}</text>'
    ).format(
        ink=label.ink.value,
        x=label.x,
        y=label.y + label.size * 0.35,  # from the middle of the characters to the line that they stand on
        size=label.size,
        anchor=label.anchor,
        text=escape(label.text),
    )
