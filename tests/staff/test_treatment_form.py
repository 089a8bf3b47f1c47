import re

from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import add_price, add_section, make_concern, make_source, make_treatment, publish, undone
from tests.shelf import shelved
from tests.staff.people import Form
from treatments.admin.forms import DraftForm
from treatments.models import Change, Revision, Section, SideEffect, Statement, Treatment, drafts


def address(row, name="change") -> str:
    return f"/admin/treatments/{row._meta.model_name}/{row.pk}/{name}/"


def opened(client, row) -> Form:
    return Form(client.get(address(row)))


def sent(client, row, form: Form, **changes) -> str:
    """What comes back when the form is saved: a page with errors, or nothing."""
    return client.post(address(row), form.values | changes).content.decode()


def step_titles(treatment) -> list[str]:
    return [step.title for step in treatment.steps.all()]


@shelved
def treatment():
    made = make_treatment(sessions_min=4, sessions_max=6)
    for number, title in enumerate(["Wash", "Numb", "Inject", "Cool"]):
        made.steps.create(position=number, phase="during", title=title)
    return made


def test_a_save_asks_little_of_the_database(treatment, editor, django_assert_max_num_queries):
    form = opened(editor, treatment)

    with django_assert_max_num_queries(90):
        assert sent(editor, treatment, form, summary="Other words.") == ""


def test_no_field_of_a_draft_brings_files_of_its_own(manager, rf):
    """Forms say so without asking each field."""
    request = rf.get("/admin/")
    request.user = manager.user
    for kind in admin.site._registry.values():
        if issubclass(kind.form, DraftForm):
            forms = [kind.get_form(request), *(lists.form for lists, _ in kind.get_formsets_with_inlines(request))]
            assert not any(str(field.widget.media) for form in forms for field in form.base_fields.values()), kind


def test_saving_a_form_that_nobody_touched_changes_nothing(shipped, editor, django_assert_max_num_queries):
    mesotherapy = Treatment.objects.get(slug="mesotherapy")
    before = editor.get(address(mesotherapy, "preview")).content

    form = opened(editor, mesotherapy)
    with django_assert_max_num_queries(140):  # nothing is asked about a row that is as it was
        assert sent(editor, mesotherapy, form) == ""

    assert editor.get(address(mesotherapy, "preview")).content == before
    assert not Change.objects.exists()


def test_what_a_person_changes_is_written_down_with_the_name(treatment, editor):
    form = opened(editor, treatment)

    sent(editor, treatment, form, sessions_max="8", **{f"{form.row('steps', 'title', 'Wash')}-title": "Wash well"})

    changes = {(change.before, change.after, change.by.email) for change in Change.objects.all()}
    assert changes == {("6", "8", "editor@example.org"), ("Wash", "Wash well", "editor@example.org")}


def test_a_section_that_changes_is_written_down_with_its_treatment(treatment, editor):
    section = treatment.sections.get()
    form = opened(editor, section)

    editor.post(address(section), form.values | {f"{form.row('statements', 'label', '')}-text": "Other words."})

    change = Change.objects.get()
    assert (change.treatment, change.after, change.clinical) == (treatment, "Other words.", True)


def test_a_new_treatment_is_written_down(editor):
    form = Form(editor.get("/admin/treatments/treatment/add/"))
    words = {
        "name": "Peeling",
        "slug": "peeling",
        "heading": "Peeling in plain words",
        "summary": "Acid.",
        "procedure_type": "noninvasive",
    }

    editor.post("/admin/treatments/treatment/add/", form.values | words)

    assert Change.objects.get(treatment__slug="peeling").by.email == "editor@example.org"


FAULTS = [
    ({"sessions_min": "9"}, "id_sessions_min", "lowest first"),
    ({"first_result_min": "7", "first_result_max": "7"}, "id_first_result_max", "after the last session"),
    ({"depth_note": "See [@nobody]."}, "id_depth_note", "no source called nobody"),
    ({"name": "ab"}, "id_name", "at least 3"),
    ({"summary": "x" * 301}, "id_summary", "at most 300"),
    ({"heading": ""}, "id_heading", "required"),
]
MORE_FAULTS = [
    ({"sessions_min": ""}, "id_sessions_min", "must both be given"),
    ({"depth_note": "For {moons}."}, "id_depth_note", "no fact called {moons}"),
]


def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(treatment, editor, subtests):
    form = opened(editor, treatment)

    for faults in (FAULTS, MORE_FAULTS):
        changes = {name: value for given, _, _ in faults for name, value in given.items()}
        with undone():
            page = sent(editor, treatment, form, body_location="The face, typed just now", **changes)
            treatment.refresh_from_db()
        assert "The face, typed just now" in page
        assert treatment.body_location == ""
        for _, field, sentence in faults:
            with subtests.test(f"{field}: {sentence}"):
                assert f'<a href="#{field}">' in page
                around = page.split(f'for="{field}"')[1].split('class="fieldBox')[0]
                assert sentence in around


def test_an_address_that_is_taken_is_refused_beside_it(treatment, editor):
    other = make_treatment("peeling")

    page = sent(editor, other, opened(editor, other), slug="needling")

    assert "Another treatment has this address." in page.split('for="id_slug"')[1].split('class="fieldBox')[0]


EQUAL = [
    ("contraindications", "name_plain", {"severity": "wait", "origin": "clinic", "name_plain": "you are pregnant"}),
    ("agents", "name", {"agent_class": "acid", "approval_india": "unknown", "name": "Hyaluronic acid"}),
    ("comparison", "attribute", {"attribute": "needles", "text": "Yes"}),
    ("questions", "anchor", {"anchor": "faq-pain", "question": "Does it hurt much?", "answer": "Some."}),
]


def test_two_equal_rows_are_refused_beside_the_second(treatment, editor):
    form = opened(editor, treatment)
    for rows, _, row in EQUAL:
        form.add_row(rows, **row)
    seconds = {form.add_row(rows, **row): (rows, column) for rows, column, row in EQUAL}

    page = sent(editor, treatment, form)

    for second, (rows, column) in seconds.items():
        assert f'<a href="#id_{second}-{column}">' in page
        assert not getattr(treatment, rows).exists()


def test_questions_of_one_place_may_be_many(treatment, editor):
    form = opened(editor, treatment)
    for text in ("Does it hurt much?", "Does it hurt long?"):
        form.add_row("questions", anchor="faq-more", question=text, answer="Some.")

    assert sent(editor, treatment, form) == ""

    assert treatment.questions.count() == 2


def test_a_row_can_become_what_a_deleted_one_was_in_two_saves(treatment, editor):
    treatment.agents.create(name="Acid", agent_class="acid")
    form = opened(editor, treatment)
    old = form.row("agents", "name", "Acid")

    sent(editor, treatment, form, **{f"{old}-DELETE": "on"})

    assert not treatment.agents.exists()


FAULTY_ROWS = [
    ({"serious": "on"}, "serious"),
    ({"warning_sign": "you cannot see"}, "care_level"),
    ({"rate_x": "1", "rate_n": "100"}, "rate_x"),
    ({"duration_hours_min": "5", "duration_hours_max": "4"}, "duration_hours_min"),
    ({"text": "See [@nobody]."}, "text"),
]


def test_a_fault_in_a_row_stands_beside_its_field(treatment, editor):
    form = opened(editor, treatment)
    new = [form.add_row("side_effects", name_plain=f"Redness {column}", **row) for row, column in FAULTY_ROWS]

    page = sent(editor, treatment, form)

    for prefix, (_, column) in zip(new, FAULTY_ROWS, strict=True):
        assert f'<a href="#id_{prefix}-{column}">' in page
        assert f'value="Redness {column}"' in page
    assert not SideEffect.objects.exists()


def test_a_rate_agrees_with_its_band(treatment, editor):
    source = make_source()
    form = opened(editor, treatment)
    new = form.add_row("side_effects", name_plain="Redness", band="rare", rate_x="1", rate_n="5", source=str(source.pk))

    assert f'<a href="#id_{new}-band">' in sent(editor, treatment, form)


def test_a_treatment_that_is_set_beside_itself_is_refused_in_a_sentence(treatment, editor):
    form = opened(editor, treatment)
    new = form.add_row("alternatives", other=str(treatment.pk))

    page = sent(editor, treatment, form)

    assert (
        f'<a href="#id_{new}-other">Treatments beside this one, other treatment: A treatment cannot be its own' in page
    )
    assert "Somebody else" not in page


def test_a_list_pasted_from_a_word_processor_is_a_list(treatment, editor):
    section = treatment.sections.get()
    form = opened(editor, section)

    sent(
        editor,
        section,
        form,
        **{"statements-0-text": "Bring:\r\n\r\n•\tyour list\r\n·  a hat\r\n\uf0b7\tthe 2 • 3 papers"},
    )

    assert section.statements.get().text == "Bring:\n\n- your list\n- a hat\n- the 2 • 3 papers"


def test_the_page_alone_ends_short_texts_with_a_full_stop(treatment, editor):
    form = opened(editor, treatment)
    form.add_row("steps", phase="after", title="Go home.", text="Take a rest.", ORDER="")
    form.add_row("aftercare", kind="do", text="wear a hat.", until_hours="24", from_hours="0", ORDER="")
    form.add_row("contraindications", name_plain="you are ill.", severity="wait", origin="clinic", ORDER="")

    assert sent(editor, treatment, form) == ""
    publish(treatment)
    page = re.sub(r"<[^>]*>", "", editor.get(treatment.get_absolute_url()).content.decode())
    assert "Go home. Take a rest." in page and "Do wear a hat for 24 hours." in page
    assert ".." not in page


def test_numbers_alone_move_rows(treatment, editor):
    form = opened(editor, treatment)
    cool = form.row("steps", "title", "Cool")
    assert [form.values[f"steps-{n}-ORDER"] for n in range(4)] == ["1", "2", "3", "4"]

    sent(editor, treatment, form, **{f"{cool}-ORDER": "2"})

    assert step_titles(treatment) == ["Wash", "Cool", "Numb", "Inject"]


def test_a_row_that_moves_down_goes_behind_the_one_that_stood_there(treatment, editor):
    form = opened(editor, treatment)

    sent(editor, treatment, form, **{f"{form.row('steps', 'title', 'Wash')}-ORDER": "3"})

    assert step_titles(treatment) == ["Numb", "Inject", "Wash", "Cool"]


def test_a_new_row_without_a_number_comes_last_and_one_with_a_number_there(treatment, editor):
    form = opened(editor, treatment)
    form.add_row("steps", phase="after", title="Rest", ORDER="")
    form.add_row("steps", phase="before", title="Talk", ORDER="1")

    sent(editor, treatment, form)

    assert step_titles(treatment) == ["Wash", "Talk", "Numb", "Inject", "Cool", "Rest"]


def test_a_new_row_that_was_only_given_a_place_is_left_out(treatment, editor):
    form = opened(editor, treatment)
    form.add_row("steps", phase="", title="", text="", ORDER="2")

    assert sent(editor, treatment, form) == ""
    assert step_titles(treatment) == ["Wash", "Numb", "Inject", "Cool"]


def test_deleting_closes_the_gap(treatment, editor):
    form = opened(editor, treatment)

    sent(editor, treatment, form, **{f"{form.row('steps', 'title', 'Numb')}-DELETE": "on"})

    assert list(treatment.steps.values_list("title", "position")) == [("Wash", 0), ("Inject", 1), ("Cool", 2)]


def test_a_list_grows_without_a_script(treatment, editor):
    page = editor.get(f"{address(treatment)}?add=steps").content.decode()

    assert 'id="steps-4"' in page
    assert 'href="?add=agents#agents-group"' in page


def test_the_page_lists_its_parts_in_the_order_of_reading(treatment, editor):
    add_section(
        treatment,
        "ethics",
        "Words.",
    )
    page = editor.get(address(treatment)).content.decode()

    contents = page.split('<ol class="contents">')[1].split("</ol>")[0]
    assert contents.index("In brief") < contents.index("Side effects") < contents.index("Common questions")
    assert address(treatment.sections.get(anchor="overview")) in contents
    missing = page.split('<details class="missing">')[1].split("</details>")[0]
    assert f"?treatment={treatment.pk}&amp;anchor=evidence" in missing
    assert "anchor=ethics" not in missing


def test_a_section_is_written_once_for_each_place(treatment, editor):
    form = Form(editor.get(f"/admin/treatments/section/add/?treatment={treatment.pk}&anchor=overview"))

    page = editor.post("/admin/treatments/section/add/", form.values | {"heading": "Again"}).content.decode()

    assert "This treatment already has that part." in page
    assert Section.objects.count() == 1


def test_a_new_section_leads_back_to_its_treatment(treatment, editor):
    form = Form(editor.get(f"/admin/treatments/section/add/?treatment={treatment.pk}&anchor=ethics"))
    form.add_row("statements", text="Be honest.", said_by="editor", strength="is")

    answer = editor.post("/admin/treatments/section/add/", form.values | {"heading": "What is right"})

    assert answer.headers["Location"] == address(treatment)
    assert Statement.objects.get(section__anchor="ethics").text == "Be honest."
    assert Change.objects.filter(treatment=treatment).exists()


def test_the_address_stays_once_search_engines_know_it(treatment, editor):
    assert "slug" in opened(editor, treatment).values

    publish(treatment)

    assert "slug" not in opened(editor, treatment).values
    sent(editor, treatment, opened(editor, treatment), slug="another")
    treatment.refresh_from_db()
    assert treatment.slug == "needling"


def test_the_list_says_where_each_page_stands(editor):
    publish(make_treatment("alpha"))
    publish(make_treatment("beta"))
    Treatment.objects.filter(slug="beta").update(heading="Another heading")
    make_treatment("gamma")

    page = editor.get("/admin/treatments/treatment/").content.decode()

    rows = page.split('<ul class="marks">')[1:]
    assert [re.findall(r'<li class="state state-\w+">(.*?)</li>', row.split("</ul>")[0]) for row in rows] == [
        ["Live, not reviewed", "Live"],
        ["Live, not reviewed", "Draft differs: medical", "Live"],
        ["Never published"],
    ]


def test_the_list_asks_no_more_for_more_pages_than_it_must(shipped, editor):
    with CaptureQueriesContext(connection) as four:
        editor.get("/admin/treatments/treatment/")
    for slug in ("one", "two", "three", "four"):
        make_treatment(slug)

    with CaptureQueriesContext(connection) as eight:
        editor.get("/admin/treatments/treatment/")

    assert len(eight) - len(four) <= 4 * 4


def test_the_form_asks_no_more_for_more_rows(treatment, editor):
    def add(name):
        treatment.side_effects.create(name_plain=f"Effect {name}")
        treatment.indications.create(name=f"Use {name}", evidence="some")

    make_concern()
    add("one")
    editor.get(address(treatment))  # notes who has opened it
    with CaptureQueriesContext(connection) as before:
        editor.get(address(treatment))
    for number in range(20):
        add(number)
    editor.get(address(treatment))  # a changed draft is compared with the revisions once

    with CaptureQueriesContext(connection) as after:
        editor.get(address(treatment))

    assert len(after) == len(before)
    assert len(after) < 85


def test_a_draft_is_read_with_no_more_queries_for_more_parts(treatment):
    with CaptureQueriesContext(connection) as one:
        drafts.read(treatment)
    for anchor in ("evidence", "ethics", "regulation"):
        add_section(treatment, anchor, "Words.")

    with CaptureQueriesContext(connection) as four:
        draft = drafts.read(treatment)

    assert len(draft.sections) == 4
    assert len(four) == len(one) < 20


def test_a_published_treatment_cannot_be_deleted_and_the_page_says_why(treatment, manager):
    publish(treatment)

    page = manager.get(address(treatment, "delete"))
    answer = manager.post(address(treatment, "delete"), {"post": "yes"})

    assert page.status_code == 200
    assert "Needling, revision 1" in page.content.decode()
    assert answer.status_code in (200, 403)
    assert Treatment.objects.exists()
    assert Revision.objects.exists()


def test_a_treatment_that_was_never_published_can_be_deleted_by_a_manager_alone(treatment, manager, editor):
    assert editor.post(address(treatment, "delete"), {"post": "yes"}).status_code == 403

    manager.post(address(treatment, "delete"), {"post": "yes"})

    assert not Treatment.objects.exists()


def test_a_price_is_one_row(treatment, editor):
    add_price(treatment)
    form = opened(editor, treatment)
    form.add_row("price", min="1", max="2", per="session", factors="x", tax_included="ask")

    page = sent(editor, treatment, form)

    assert "Nothing is saved yet" in page
    assert treatment.price.min == 3000


def test_the_history_shows_each_change_word_by_word(treatment, editor):
    sent(editor, treatment, opened(editor, treatment), heading="Needling in very plain words")

    page = editor.get(address(treatment, "history")).content.decode()

    assert 'Needling in <ins><span class="visually-hidden">put in: </span>very </ins>plain words' in page
    assert "editor@example.org" in page
    section = treatment.sections.get()
    assert editor.get(address(section, "history")).headers["Location"] == address(treatment, "history")
