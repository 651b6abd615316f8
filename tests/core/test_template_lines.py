"""The check of template lines (tools/template_lines.py): what it finds, what it lets pass, where it says it is."""

from pathlib import Path

import pytest

from tools.template_lines import WIDTH, faults, main

pytestmark = pytest.mark.once

LONG = "far too many words for a line " * 5
LONGER = f"longer than {WIDTH} signs"
CROWDED = "more than one element with attributes"


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{LONG}</p>",
        f"{{# {LONG} #}}",
        f"{{% comment %}}{LONG}{{% endcomment %}}",
        f'<p class="lead">{{% translate "{LONG}" %}}</p>',
        f'<p title="{LONG}" class="lead">',
        f'{{% if a %}}{{% translate "{LONG}" %}}{{% else %}}{{% translate "No" %}}{{% endif %}}',
        f"{{% blocktranslate %}}{LONG}{{% endblocktranslate %}} {{{{ more }}}}",
        f'{{% translate "{LONG}" %}}',
        f"{{% blocktranslate with a=b %}}{LONG}{{% endblocktranslate %}}",
        f"aria-label=\"{{% translate '{LONG}' %}}\">",
    ],
)
def test_a_long_line_that_could_be_broken_is_a_fault(text: str) -> None:
    assert faults(f"<div>\n  {text}\n</div>\n") == [(2, LONGER)]


@pytest.mark.parametrize(
    "text",
    [
        f'{{% include "a.html" with words="{LONG}" %}}',
        f'<p class="{LONG}">',
        "w" * WIDTH,
    ],
)
def test_a_line_on_which_nothing_can_be_broken_may_be_long(text: str) -> None:
    assert faults(f"{text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        '<div class="a"><p class="b">Two blocks</p></div>',
        '<a href="b">Two</a> <a href="c">beside</a>',
        '<input name="a"><input name="b">',
        '<p class="a"><a href="b">One</a> <a href="c">too many</a></p>',
        '<p class="a"><a href="b">The paragraph does not end here',
        '{% if a %}<a href="b">{% else %}<a href="c">{% endif %}',
    ],
)
def test_two_elements_with_attributes_do_not_share_a_line(text: str) -> None:
    assert faults(f"\n{text}\n") == [(2, CROWDED)]


@pytest.mark.parametrize(
    "text",
    [
        '<p class="a"><a href="b">An inline element</a> in its own line</p>',
        '<li><a href="b">{% if a < b %}A sign{% endif %}</a></li>',
        '<p><b>No</b> <i>attributes</i></p><p class="c">at all</p>',
        '<a class="a"\n   href="b">Over two lines</a>\n<a href="c">the next</a>',
        '{% comment %}<p class="a"><p class="b">{% endcomment %}',
        '{% blocktranslate %}<a href="a">A text</a> <a href="b">is a text</a>{% endblocktranslate %}',
    ],
)
def test_what_may_share_a_line(text: str) -> None:
    assert faults(f"{text}\n") == []


def test_it_says_where_and_stops_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = tmp_path / "app" / "templates" / "app" / "page.html"
    template.parent.mkdir(parents=True)
    template.write_text("<p>Fine</p>\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    template.write_text(f'<p>Fine</p>\n<p>{LONG}</p>\n<div id="a"><p id="b"></p></div>\n', encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == f"{template}:2: {LONGER}\n{template}:3: {CROWDED}\n"
