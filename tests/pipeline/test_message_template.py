"""An operator's own wording: what a template may do, what it may not, and that no message is held up by one."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from incidents import ERBIL, NOON, clash, filing, people

from workers.pipeline.message import Story, Style, render
from workers.pipeline.message.template import LONGEST, BadTemplateError, checked, dressed
from workers.pipeline.models import Alert, AlertKind, Change, Delivery, Message, Template

ALERT = Alert("k:7:1", "k", "7", 1, AlertKind.NEW, "critical", "", (Change.NEW,), {}, {"rule_name": "K"}, NOON)
SHORT = Template(
    title="{{ severity | upper }}: {{ clash.sub_event_type }}{% if clash.place %}, {{ clash.place.name }}{% endif %}",
    summary="{{ changes | join('; ') or title }}",
    lines=(("Dead", "{{ clash.killed.low if clash.killed else 'unknown' }}"), ("Last", "{{ quotes | last }}")),
)


def told(template: Template | None, **changed: object) -> Message:
    story = Story(clash(**changed), (ALERT,), (filing(),))
    return render(Delivery("d", "desk", "g", 1, ()), story, Style(template=template))


def test_title_summary_and_lines_are_the_operators_own() -> None:
    message = told(SHORT, place=ERBIL, killed=people(3))
    assert (message.title, message.summary) == ("CRITICAL: Armed clash, Erbil", "Armed clash at Erbil, Iraq")
    assert message.lines == (("Dead", "3"),)  # nobody is quoted, and there is no such line
    assert message.payload == told(None, place=ERBIL, killed=people(3)).payload


def test_where_a_template_names_what_is_not_known_of_this_clash_our_own_words_stand() -> None:
    message = told(Template(title="{{ clash.place.name }} now"), place=None)
    assert message.title == "Armed clash, place not known"


def test_what_a_template_makes_is_one_line_of_inert_text() -> None:
    hostile = replace(ERBIL, name="@everyone\n<!channel> https://evil.example")
    title = told(Template(title="{{ clash.place.name }}"), place=hostile).title
    assert title == "@\u2060everyone <\u2060!channel> https:\u2060//evil.\u2060example"


def test_without_a_template_nothing_changes() -> None:
    assert dressed(told(None), None) == told(None)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("{{ titel }}", "does not know 'titel'; did you mean 'title'?"),
        ("{{ title | uper }}", "filter 'uper' is not there; did you mean 'upper'?"),
        ("{{ clash.plaice.name }}", "has no attribute 'plaice'"),
        ("{{ title ", "unexpected end of template"),
        ("{% for a in alerts %}{{ a.rule }}{% endfor %}", "'for' is not allowed"),
        ("{{ 'x' * 1000000000 }}", "'mul' is not allowed"),
        ("{{ '%1000000000d' % 1 }}", "'mod' is not allowed"),
        ("{{ 9 ** 9 ** 9 }}", "'pow' is not allowed"),
        ("{{ ''.ljust(1000000000) }}", "'call' is not allowed"),
        ("{{ ''.__class__ }}", "access to attribute '__class__'"),
        ("{% set a = title %}{{ a }}", "'assign' is not allowed"),
        ("{% include '/etc/passwd' %}", "'include' is not allowed"),
        ("{{ title | int / 0 }}", "'div' is not allowed"),
        ("x" * (LONGEST + 1), f"write at most {LONGEST}"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_with_a_remedy(source: str, fault: str) -> None:
    with pytest.raises(BadTemplateError) as raised:
        checked(source)
    assert fault in str(raised.value)


def test_the_longest_template_costs_next_to_nothing() -> None:
    source = checked("{{ title | upper | lower }}" * (LONGEST // 28))
    began = time.process_time()
    told(Template(title=source))
    assert time.process_time() - began < 0.5
