from cosma.tidy_templates import tidy

TEMPLATE = """{% load words %}
<ul>
  {% for item in items %}
  {% if item %}
<li>{{ item }}
{% endif %}and {% if more %}more{% endif %}
{% endfor %}
</ul>
{% include "after.html" %}
"""


def test_lines_of_logic_leave_nothing_behind_and_words_stay_apart():
    assert tidy(TEMPLATE, "list.html") == (
        "{% load words %}<ul>\n{% for item in items %}{% if item %}<li>{{ item }}\n"
        '{% endif %}and {% if more %}more{% endif %}\n{% endfor %}</ul>\n{% include "after.html" %}'
    )


def test_mails_keep_their_lines():
    assert tidy(TEMPLATE, "mail.txt") == TEMPLATE
