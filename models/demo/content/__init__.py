"""The demo's public content: guidance documents, exemplary models and news, from their files to rows."""

from __future__ import annotations

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import models as rows
from models.calendar import ZONE
from models.content import LegalForm, Validity
from models.demo.books import key
from models.demo.world import World

FILES = Path(__file__).parent


def write_content(world: World) -> None:
    """Writes every document, model and article."""
    for document in _said("guidance", "document"):
        _guidance(world, document)
    for model in _said("models", "model"):
        _model(world, model)
    for article in _said("articles", "article"):
        published = datetime.combine(world.today - timedelta(days=article["days_ago"]), time(8), ZONE)
        world.books.write(
            rows.Article,
            id=key(published, world.chance),
            slug=article["slug"],
            title=article["title"],
            summary=article["summary"],
            body=article["body"].strip(),
            created_at=published,
            published_at=published,
        )


def _said(file: str, table: str) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = tomllib.loads((FILES / f"{file}.toml").read_text(encoding="utf-8"))[table]
    return said


def _guidance(world: World, said: dict[str, Any]) -> None:
    published = datetime.combine(said["issued_on"] + timedelta(days=7), time(9), ZONE)
    world.books.write(
        rows.GuidanceDocument,
        id=key(published, world.chance),
        number=said["number"],
        title=said["title"],
        form=LegalForm[said["form"]],
        validity=Validity[said["validity"]],
        issued_by=said["issued_by"],
        issued_on=said["issued_on"],
        effective_on=said.get("effective_on"),
        summary=said["summary"],
        published_at=published,
    )


def _model(world: World, said: dict[str, Any]) -> None:
    published = datetime(said["year"], 1, 20, 9, tzinfo=ZONE) + timedelta(days=world.chance.randrange(5))
    nominee = world.nominees.personas["nghenhan"].id if said["slug"] == "giu-lua-then" else None
    world.books.write(
        rows.ExemplaryModel,
        id=key(published, world.chance),
        slug=said["slug"],
        title=said["title"],
        summary=said["summary"],
        body=said["body"].strip(),
        field=said["field"],
        agency_id=world.agencies[said["agency"]].id,
        nominee_id=nominee,
        year=said["year"],
        created_at=published,
        published_at=published,
    )
