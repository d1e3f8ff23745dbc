"""The template environment: strict, escaping, and fed from bundled files only."""

import base64
import hashlib
from typing import Final

import jinja2
from jinja2 import Environment

from scanner.content import find_content
from scanner.errors import RenderError
from scanner.report.language import Language

_POLICY: Final = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'; "
    "img-src 'none'; connect-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def render_page(template: str, language: Language, **chapters: object) -> str:
    """Renders a page from a bundled template.

    Args:
        template: Name of the template.
        language: The language of its fixed words.
        chapters: What the template sees.

    Returns:
        The page.

    Raises:
        RenderError: The template can't be rendered.
    """
    environment = _open_environment(language)
    try:
        return environment.get_template(template).render(chapters, language=language)
    except jinja2.TemplateError as error:
        raise RenderError(f"The template {template} can't be rendered: {error}") from error


def write_policy(script: str, style: str, language: Language) -> str:
    """Writes the Content-Security-Policy of a page whose only script and style are bundled files.

    Args:
        script: File name of the script.
        style: File name of the style sheet.
        language: The language of the page.

    Returns:
        A policy that lets exactly these two texts run and forbids every connection.
    """
    environment = _open_environment(language)
    return _POLICY.format(script=_hash(environment, script), style=_hash(environment, style))


def _hash(environment: Environment, name: str) -> str:
    """Hashes a bundled file exactly as a template includes it."""
    text = environment.get_template(name).render()
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _read_vendored(name: str) -> str | None:
    """Reads a vendored file as it is, without the pointer to a source map that a browser would go and look for."""
    path = find_content("reports") / "vendor" / name
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("//# sourceMappingURL="))
    return f"{{% raw %}}{text}{{% endraw %}}"


def _open_environment(language: Language) -> Environment:
    """Opens the environment: every value is escaped but in plain text, an unknown one is an error."""
    root = find_content("reports")
    bundled = jinja2.FileSystemLoader([root / "templates", root / "scripts", root / "styles"])
    vendored = jinja2.PrefixLoader({"vendor": jinja2.FunctionLoader(_read_vendored)})
    environment = Environment(
        loader=jinja2.ChoiceLoader([bundled, vendored]),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = language.gettext
    environment.globals["comma"] = language.comma
    return environment
