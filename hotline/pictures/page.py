"""The page: the report as one HTML file that needs nothing from elsewhere, and its pictures as PNG files beside it."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from hotline.pictures.raster import PngPainter
from hotline.pictures.report import Report
from hotline.pictures.vector import svg_of
from models.errors import Rejected

PAGE = "confusion.html"

_VARIANTS = {"traditional": "繁体字", "asr_noise": "语音识别噪声", "first_40": "只看前 40 字"}


def write_page(report: Report, directory: Path) -> Path:
    """Write the page into ``directory``, which is made if it is missing; return the file.

    Raises:
        Rejected: it cannot be written.
    """
    text = _templates().get_template("page.html").render(report=report, svg_of=svg_of, variants=_VARIANTS)
    path = directory / PAGE
    _write(path, text.encode("utf-8", "replace"))
    return path


def write_pngs(report: Report, directory: Path) -> int:
    """Write each picture of the report into ``directory``; return how many there are.

    Raises:
        NoPng: this installation cannot draw them.
        Rejected: one cannot be written.
    """
    painter = PngPainter()
    pictures = list(report.pictures())
    for picture in pictures:
        _write(directory / f"{picture.name}.png", painter.png(picture))
    return len(pictures)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise Rejected(f"{path}: cannot be written: {error.strerror}") from error


def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("hotline.pictures", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
