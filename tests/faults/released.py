"""Laurel of another release, as far as registered documents make one: they are read from a folder of their own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from channels import documents

DOCUMENTS = "FAULTS_DOCUMENTS"
"""The environment's name for the folder, in which there is one for each channel."""
ANEW = {"portal": ("LatestDecisions", "DecisionPublished"), "mobile": ("DossierMoved",)}
"""What the next release's clients ask under another name, `<name>Anew`."""
DROPPED = ("mobile", "RevokeSession")
"""What it answers no more."""


def write(folder: Path, *, newer: bool) -> None:
    """Write down the documents of this release, or of the next one."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in documents.FOLDERS.glob("*/documents/*.graphql"):
        target = folder / file.relative_to(documents.FOLDERS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    if newer:
        (folder / DROPPED[0] / "documents" / f"{DROPPED[1]}.graphql").unlink()
        for channel, names in ANEW.items():
            for name in names:
                kept = folder / channel / "documents" / f"{name}.graphql"
                text = kept.read_text().replace(f" {name}(", f" {name}Anew(")
                kept.with_stem(f"{name}Anew").write_text(text)


def main() -> None:
    """Run Laurel's command line with those documents."""
    from channels.cli import main as run

    documents.FOLDERS = Path(os.environ[DOCUMENTS])
    run()


if __name__ == "__main__":
    main()
