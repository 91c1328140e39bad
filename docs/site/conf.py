"""How Sphinx builds one language of the site. ``build.py`` assembles what it reads and says which language."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from sphinx.util.nodes import make_refnode  # noqa: E402
from vietnamese_search import EnglishSearch, VietnameseSearch  # noqa: E402

from chuanngheo.version import CODE_VERSION, data_version  # noqa: E402

language = "vi" if tags.has("vi") else "en"  # type: ignore[name-defined]  # noqa: F821  (Sphinx puts it there)
OTHER = {"vi": "en", "en": "vi"}[language]

project = "chuanngheo"
author = "The chuanngheo founders"
release = CODE_VERSION
html_title = {"vi": "chuanngheo: chuẩn nghèo Việt Nam", "en": "chuanngheo: Viet Nam's poverty standards"}[language]
html_short_title = "chuanngheo"

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["locale"]
templates_path = ["templates"]
html_static_path = ["static"]

# --- pages -----------------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4  # errors.md#cn014
nb_execution_mode = "off"  # notebooks are committed with what they printed; tests hold them to it
nb_merge_streams = True
suppress_warnings = ["misc.highlighting_failure"]  # a rule file under way is not always YAML

# --- the reference ---------------------------------------------------------------------------------

autodoc_default_options = {"members": True, "member-order": "bysource", "undoc-members": True}
autodoc_typehints = "signature"
autodoc_type_aliases = {"Node": "chuanngheo.tree.Node"}  # an expression; written out it fills three lines
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
add_module_names = False
toc_object_entries_show_parents = "hide"
BUILT = (  # rooms whose values the library makes, and callers do not
    "answering", "asking", "assessment", "catalogue", "citing", "comparing", "findings", "measures", "model", "results", "review.checks",
    "review.movements", "review.profiles", "review.rounds", "review.units", "scoring", "surveys",
)  # fmt: skip
WITHIN = "C|Clauses|Converts|Files|Ladder|Node|Number|Opened|Prepared|Profiles|Progress|ReadRound|Replicates|Round|ScoreCard|Sheet|Shelved|Tally|Weights"
nitpicky = True
nitpick_ignore_regex = [
    # What other packages document is named, and not linked: the build reads nothing from the network.
    (r"py:.*", r"(collections|typing|typing_extensions|datetime|fractions|decimal|os|pathlib|functools|abc|types)\..*"),
    (r"py:.*", r"(polars|pl|pandas|pd|pyarrow|pa|narwhals|nw|altair|alt|hypothesis|st|attrs)\..*"),
    # What an attribute "for the rooms above" or a parameter is made of: named, and no promise.
    (r"py:class", rf"(chuanngheo\.\w+(\.\w+)*\.)?({WITHIN})"),
    (r"py:class", r"date"),
    (r"py:.*", r"(LookupError|ValueError|Exception|ImportError|OSError|TypeError|KeyError|FileNotFoundError)"),
]

# --- what it looks like ----------------------------------------------------------------------------

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None  # the same sources give the same bytes
html_use_index = True
html_search_scorer = str(HERE / "search_order.js")
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {"code_version": CODE_VERSION, "data_version": data_version(), "other_language": OTHER}


def other_page(app: Any, pagename: str, *rest: Any) -> None:
    """The same page in the other language; its start page where there is none."""
    _, context, _ = rest
    beside = Path(app.srcdir).parent / OTHER / pagename
    made_by_sphinx = pagename in ("search", "genindex")
    there = made_by_sphinx or any(beside.with_name(beside.name + end).exists() for end in (".md", ".ipynb"))
    context["other_page"] = "../" * (pagename.count("/") + 1) + f"{OTHER}/{pagename if there else 'index'}.html"


def by_last_name(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """Docstrings say :class:`DataProblems` wherever they stand: find the one public thing of that name."""
    if node.get("refdomain") != "py":
        return None
    wanted = "." + node["reftarget"].lstrip(".")
    objects = env.get_domain("py").objects
    found = {(at.docname, at.node_id): name for name, at in sorted(objects.items()) if ("." + name).endswith(wanted)}
    if len(found) != 1:
        return None
    ((page, anchor),) = found
    return make_refnode(app.builder, node["refdoc"], page, anchor, contnode)


def plain_signature(*given: Any) -> Any:
    """What the library makes is not shown as if one called it; defaults of attrs are shown as they are."""
    _, what, _, obj, _, signature, returns = given
    fields = getattr(obj, "__attrs_attrs__", None) if what == "class" else None
    if fields is None or signature is None:
        return None
    if obj.__module__.removeprefix("chuanngheo.").startswith(BUILT):
        return "", None
    for field in fields:
        signature = signature.replace(f"attr_dict['{field.name}'].default", repr(field.default))
    return signature.replace("NOTHING", "..."), returns


def setup(app: Any) -> None:
    app.connect("autodoc-process-signature", plain_signature)
    app.connect("missing-reference", by_last_name)
    app.add_search_language(VietnameseSearch)
    app.add_search_language(EnglishSearch)
    app.connect("html-page-context", other_page)
