"""A treatment page's graph: the page, the therapy that it is about, and what of it schema.org has a word for.

Left out on purpose: `indication` and `outcome` do not exist, `offers` is not allowed on a therapy, and ratings,
reviews and questions bring readers nothing.
"""

import datetime
import re
from collections.abc import Iterator
from html import unescape

from django.conf import settings
from django.utils.safestring import SafeString

from treatments import content, facts, jsonld, layout, markup, pictures
from treatments.choices import AftercareKind, Approval, Evidence, Phase, ProcedureType, Severity, SourceKind
from treatments.jsonld import Dates, Frame, Node, member
from treatments.review import Review
from treatments.templatetags.words import window

PROCEDURE_TYPES = {
    ProcedureType.NONINVASIVE: "NoninvasiveProcedure",
    ProcedureType.PERCUTANEOUS: "PercutaneousProcedure",
}
STUDIES = {
    SourceKind.TRIAL: "MedicalTrial",
    SourceKind.UNCONTROLLED: "MedicalStudy",
    SourceKind.CASE: "MedicalObservationalStudy",
}
OF_THIS_TREATMENT = ("brief", "what", "uses", "works")
"""Chapters whose studies are of this treatment; those further down are also of other treatments and of medicines."""
ACCEPTED = (Evidence.GOOD, Evidence.SOME, Evidence.MIXED)
ASPECTS = {
    "overview": ["Overview"],
    "what-it-is": ["Overview", "Ingredients"],
    "how-it-works": ["HowItWorks"],
    "purpose": ["MayTreat"],
    "who-it-suits": ["MayTreat"],
    "indications": ["MayTreat"],
    "evidence": ["Effectiveness"],
    "doctors-view": ["Effectiveness"],
    "consensus": ["Effectiveness"],
    "benefits": ["Benefits"],
    "remodelling": ["Benefits"],
    "blood-flow": ["Benefits"],
    "who-should-avoid": ["Safety"],
    "side-effects": ["SideEffects"],
    "common-side-effects": ["SideEffects"],
    "rare-complications": ["RisksOrComplications", "SeeDoctor"],
    "preparation": ["UsageOrSchedule"],
    "procedure": ["UsageOrSchedule"],
    "technique": ["UsageOrSchedule"],
    "course": ["UsageOrSchedule"],
    "recovery": ["SelfCare"],
    "aftercare": ["SelfCare"],
    "healing": ["SelfCare"],
    "cost": ["GettingAccess"],
    "insurance": ["GettingAccess"],
    "supervision": ["Safety"],
    "regulation": ["Safety"],
    "alternatives": ["RelatedTopics"],
    "alternative-microneedling": ["RelatedTopics"],
    "alternative-prp": ["RelatedTopics"],
    "alternative-laser": ["RelatedTopics"],
    "no-treatment": ["RelatedTopics"],
}
CITATIONS = re.compile(r"<sup>.*?</sup>")
BREAKS = re.compile(r"</?(?:p|ul|ol|li|br)\b[^>]*>")
TAGS = re.compile(r"<[^>]+>")
GAPS = re.compile(r"\s+")
BEFORE_STOP = re.compile(r"\s+([.,;:])")


def graph(
    frame: Frame,
    page: content.TreatmentPage,
    *,
    chapters: list[layout.Chapter],
    words: markup.Words,
    dates: Dates | None,
    review: Review | None,
    today: datetime.date,
) -> SafeString:
    subject = therapy(frame, page, chapters, words)
    if not facts.rules_are_old(page, today):
        subject["legalStatus"] = legal_status(page, words)
    crumbs = jsonld.breadcrumbs(
        frame, ("Home", "/"), ("Treatments", "/treatments/"), (page.name, f"/treatments/{page.slug}/")
    )
    own = jsonld.medical_page(
        frame,
        page,
        name=page.heading,
        dates=dates,
        review=review,
        specialty=member(jsonld.SPECIALTIES[page.specialty]),
        mainEntity=jsonld.reference(subject),
        hasPart=list(parts(frame, chapters)),
        relatedLink=[f"{frame.site}/treatments/{other.slug}/" for other in page.beside],
        primaryImageOfPage=photograph(frame, page),
    )
    clinic = jsonld.organisation(frame)
    if clinic and (offer := offer_of(page, today)):
        clinic[0]["makesOffer"] = offer
    return jsonld.script([own, subject, *conditions(frame, page, review), crumbs, *jsonld.website(frame), *clinic])


def said(text: str, words: markup.Words) -> str:
    """A text as it stands on the page, without the small numbers of its sources."""
    bare = TAGS.sub("", BREAKS.sub(" ", CITATIONS.sub("", words.show(text))))
    return BEFORE_STOP.sub(r"\1", GAPS.sub(" ", unescape(bare))).strip()


def photograph(frame: Frame, page: content.TreatmentPage) -> Node | None:
    """The picture at the top, with the line that stands below it."""
    found = pictures.shown(page).get(pictures.OPENING)
    if found is None:
        return None
    size = (found.image.width, found.image.height)
    return jsonld.picture(frame.site + found.url, size, caption=found.placed.caption, creditText=found.image.credit)


def parts(frame: Frame, chapters: list[layout.Chapter]) -> Iterator[Node]:
    """The chapters of the page that schema.org has a name for."""
    for chapter in chapters:
        found = [aspect for block in chapter.blocks for aspect in ASPECTS.get(block.anchor, ())]
        if found:
            yield {
                "@type": "HealthTopicContent",
                "headline": chapter.heading,
                "url": f"{frame.url}#{chapter.id}",
                "hasHealthAspect": [member(f"{aspect}HealthAspect") for aspect in dict.fromkeys(found)],
            }


def therapy(frame: Frame, page: content.TreatmentPage, chapters: list[layout.Chapter], words: markup.Words) -> Node:
    studied = sources_on(page, chapters)
    procedure_type = PROCEDURE_TYPES.get(page.procedure_type)
    return {
        "@type": "MedicalTherapy",
        "@id": f"{frame.url}#therapy",
        "name": page.name,
        "alternateName": list(page.also_called),
        "description": page.summary,
        "mainEntityOfPage": {"@id": f"{frame.url}#webpage"},
        "procedureType": member(procedure_type) if procedure_type else None,
        "bodyLocation": page.body_location,
        "relevantSpecialty": member(jsonld.SPECIALTIES[page.specialty]),
        "preparation": steps(page, Phase.BEFORE, words),
        "howPerformed": steps(page, Phase.DURING, words),
        "followup": [*steps(page, Phase.AFTER, words), *aftercare(page)],
        "drug": [*(drug(agent) for agent in page.agents), *medicines(page)],
        "contraindication": [contraindication(item) for item in page.contraindications],
        "adverseOutcome": outcomes(page, "MedicalSignOrSymptom", serious=False),
        "seriousAdverseOutcome": outcomes(page, "MedicalCondition", serious=True),
        "guideline": [guideline(source) for source in studied if source.kind is SourceKind.GUIDELINE],
        "study": [study(source) for source in studied if source.kind in STUDIES],
    }


def steps(page: content.TreatmentPage, phase: Phase, words: markup.Words) -> list[str]:
    return [f"{step.title}. {said(step.text, words)}".strip() for step in layout.steps(page, phase)]


def aftercare(page: content.TreatmentPage) -> list[str]:
    kinds = ((AftercareKind.DO, "Do"), (AftercareKind.DO_NOT, "Do not"))
    return [f"{verb} {item.text} {window(item)}." for kind, verb in kinds for item in layout.aftercare(page, kind)]


def drug(agent: content.Agent) -> Node:
    """What is known of its approval in India; the page says it in these words."""
    known = agent.approval_india is not Approval.UNKNOWN
    return {"@type": "Drug", "name": agent.name, "legalStatus": in_india(agent.approval_india.label) if known else None}


def medicines(page: content.TreatmentPage) -> Iterator[Node]:
    """Products that have a licence: without one, nobody says that it is a medicine."""
    for product in page.products:
        if product.licence_number:
            yield {
                "@type": "Drug",
                "name": product.brand,
                "manufacturer": {"@type": "Organization", "name": product.maker} if product.maker else None,
                "identifier": {
                    "@type": "PropertyValue",
                    "name": "Licence in India",
                    "value": product.licence_number,
                },
                "legalStatus": in_india(product.licensed_use) if product.licensed_use else None,
            }


def in_india(status: str) -> Node:
    place = {"@type": "AdministrativeArea", "name": "India"}
    return {"@type": "DrugLegalStatus", "name": status, "applicableLocation": place}


def contraindication(item: content.Contraindication) -> Node:
    return {
        "@type": "MedicalContraindication",
        "name": item.name_plain,
        "alternateName": item.name_medical,
        "description": Severity(item.severity).label,
    }


def outcomes(page: content.TreatmentPage, kind: str, *, serious: bool) -> list[Node]:
    return [
        {"@type": kind, "name": effect.name_plain, "alternateName": effect.name_medical}
        for effect in layout.side_effects(page, serious=serious)
    ]


def sources_on(page: content.TreatmentPage, chapters: list[layout.Chapter]) -> list[content.Source]:
    """The sources that the chapters about this treatment's own effect cite."""
    cited: set[str] = set()
    for chapter in chapters:
        if chapter.id in OF_THIS_TREATMENT:
            for statement in (statement for block in chapter.blocks for statement in block.statements):
                cited |= markup.cited_sources(statement.text)
    return [source for source in page.sources if source.key in cited]


def guideline(source: content.Source) -> Node:
    """Without a level: nobody has graded its evidence on that scale here."""
    return {
        "@type": "MedicalGuideline",
        "name": source.title,
        "url": source.url if source.showable else None,
        "guidelineDate": str(source.year) if source.year else None,
    }


def study(source: content.Source) -> Node:
    url = source.url if source.showable else None
    return {"@type": STUDIES[source.kind], "name": source.title, "url": url}


def legal_status(page: content.TreatmentPage, words: markup.Words) -> list[str]:
    regulation = [section for section in page.sections if section.anchor == "regulation"]
    return [said(statement.text, words) for section in regulation for statement in section.statements]


def conditions(frame: Frame, page: content.TreatmentPage, review: Review | None) -> list[Node]:
    """Real conditions only, and only while a doctor's signature stands under their evidence labels."""
    if review is None or review.overdue:
        return []
    return [
        {
            "@type": "MedicalCondition",
            "name": indication.name,
            "possibleTreatment": {"@id": f"{frame.url}#therapy"},
        }
        for indication in page.indications
        if indication.condition and indication.evidence in ACCEPTED
    ]


def offer_of(page: content.TreatmentPage, today: datetime.date) -> Node | None:
    """A price without a date, or with an old one, is not marked up."""
    price = page.price
    if price is None or price.checked_on is None or facts.price_is_old(price, today):
        return None
    return {
        "@type": "Offer",
        "itemOffered": {"@type": "Service", "name": page.name},
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "priceCurrency": "INR",
            "minPrice": price.min,
            "maxPrice": price.max,
            "unitText": price.per.label,
            "validFrom": price.checked_on.isoformat(),
            "validThrough": facts.last_day(price.checked_on, settings.PRICE_REVIEW_DAYS).isoformat(),
        },
    }
